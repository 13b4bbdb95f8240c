"""Every document that PrepMate stores: the contract with the backend, and what is PrepMate's own."""

from __future__ import annotations

from store.documents.access import ACCESS
from store.documents.account import ACCOUNT
from store.documents.analytics import AnalyticsSnapshot, UserTopicStats
from store.documents.base import Document
from store.documents.compliance import AutomationStatus, UserPreparationCompliance
from store.documents.feedback import FEEDBACK
from store.documents.imports import IMPORTS
from store.documents.intelligence import MasteryMetric, ReadinessScore, RevisionSchedule, WeakTopicSignal
from store.documents.learner import LEARNER
from store.documents.level import LEVEL
from store.documents.own import OWN
from store.documents.pace import Pace
from store.documents.people import PlatformIntegration, User
from store.documents.problems import CanonicalProblem, PlatformProblemMapping, Problem, Submission, Topic
from store.documents.reminders import REMINDERS
from store.documents.repeats import TaskRepeat
from store.documents.revisions import REVISIONS
from store.documents.roadmaps import Roadmap, RoadmapTopic, RoadmapTopicProblem, UserRoadmapProgress
from store.documents.sessions import AIMentorConversation, PracticeSession, PreparationTask
from store.documents.splits import SPLITS
from store.documents.study import STUDY
from store.documents.sync import IntegrationMetadata, SyncLog, UserContest, UserPlatformSyncState, UserSubmission
from store.documents.upkeep import AppliedMigration, LoadedCatalogue

CONTRACT: tuple[type[Document], ...] = (
    User,
    Topic,
    PlatformIntegration,
    Problem,
    Submission,
    CanonicalProblem,
    PlatformProblemMapping,
    Roadmap,
    RoadmapTopic,
    RoadmapTopicProblem,
    UserRoadmapProgress,
    MasteryMetric,
    WeakTopicSignal,
    ReadinessScore,
    RevisionSchedule,
    PracticeSession,
    PreparationTask,
    AIMentorConversation,
    AnalyticsSnapshot,
    UserTopicStats,
    SyncLog,
    IntegrationMetadata,
    UserPlatformSyncState,
    UserSubmission,
    UserContest,
    UserPreparationCompliance,
    AutomationStatus,
)
"""The 27 collections that the backend reads and writes too, in the order of the contract."""

ALL: tuple[type[Document], ...] = (
    *CONTRACT,
    *OWN,
    *LEARNER,
    *REVISIONS,
    *STUDY,
    *LEVEL,
    *IMPORTS,
    TaskRepeat,
    *REMINDERS,
    *ACCOUNT,
    *SPLITS,
    *ACCESS,
    *FEEDBACK,
    Pace,
    AppliedMigration,
    LoadedCatalogue,
)
"""Every collection: the contract's and PrepMate's own."""
