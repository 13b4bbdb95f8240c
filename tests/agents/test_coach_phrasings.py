"""What students say, typos included, and what the offline coach takes it for."""

from typing import Any

import pytest

from agents.coach.dialogue import CHECK, Say, decide
from agents.coach.intents import Request
from agents.coach.phrase import read
from agents.coach.questions import HELPED
from store.catalogue.facts import shipped_catalogue
from tools.registry import VERBS

PHRASINGS: list[tuple[str, str, dict[str, Any]]] = [
    # recording how a problem went
    (
        "i solved two sum in 12 min with help",
        "record_attempt",
        {"problem": "two sum", "minutes": 12, "outcome": "with-help"},
    ),
    (
        "I solved Two Sum by myself in 25 minutes!",
        "record_attempt",
        {"problem": "Two Sum", "minutes": 25, "outcome": "unaided"},
    ),
    (
        "ive just finishd coin change alone, took 1h 20",
        "record_attempt",
        {"problem": "coin change", "minutes": 80, "outcome": "unaided"},
    ),
    ("done, took 25 minutes, needed a hint", "record_attempt", {"minutes": 25, "outcome": "with-help"}),
    ("Done! No help, half an hour.", "record_attempt", {"minutes": 30, "outcome": "unaided"}),
    (
        "solvd valid parentheses without any hints on my third try",
        "record_attempt",
        {"problem": "valid parentheses", "tries": 3, "outcome": "unaided"},
    ),
    ("stuck on word ladder", "record_attempt", {"problem": "word ladder", "outcome": "stuck"}),
    ("im stcuk on word ladder", "record_attempt", {"problem": "word ladder", "outcome": "stuck"}),
    (
        "I gave up on Alien Dictionary after 90 minutes",
        "record_attempt",
        {"problem": "Alien Dictionary", "minutes": 90, "outcome": "stuck"},
    ),
    ("couldn't solve merge k sorted lists", "record_attempt", {"problem": "merge k sorted lists", "outcome": "stuck"}),
    ("failed 3sum, 2 attempts", "record_attempt", {"problem": "3sum", "tries": 2, "outcome": "stuck"}),
    (
        "did house robber ii, peeked at the solution",
        "record_attempt",
        {"problem": "house robber ii", "outcome": "with-help"},
    ),
    (
        "house robber 2 solved alone in 40m",
        "record_attempt",
        {"problem": "house robber 2", "minutes": 40, "outcome": "unaided"},
    ),
    ("two sum alone 90s", "record_attempt", {"problem": "two sum", "minutes": 1.5, "outcome": "unaided"}),
    ("with help, 20 minutes", "record_attempt", {"minutes": 20, "outcome": "with-help"}),
    ("solved it on my own in an hour and a half", "record_attempt", {"minutes": 90, "outcome": "unaided"}),
    (
        "i looked at the solution for climbing stairs",
        "record_attempt",
        {"problem": "climbing stairs", "outcome": "with-help"},
    ),
    ("log min stack unaided 12 min", "record_attempt", {"problem": "min stack", "minutes": 12, "outcome": "unaided"}),
    (
        "completed find minimum in rotated sorted array by myself",
        "record_attempt",
        {"problem": "find minimum in rotated sorted array", "outcome": "unaided"},
    ),
    (
        "I solved https://leetcode.com/problems/two-sum/ alone",
        "record_attempt",
        {"problem": "https://leetcode.com/problems/two-sum/", "outcome": "unaided"},
    ),
    ("gave up", "record_attempt", {"outcome": "stuck"}),
    ("SOLVED TASK SCHEDULER UNAIDED", "record_attempt", {"problem": "TASK SCHEDULER", "outcome": "unaided"}),
    (
        "i solved number of 1 bits in 1h with no help",
        "record_attempt",
        {"problem": "number of 1 bits", "minutes": 60, "outcome": "unaided"},
    ),
    ("i think i solved two sum alone", "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
    ("mark two sum as solved, no help", "record_attempt", {"problem": "two sum", "outcome": "unaided"}),
    ("I was able to solve LRU Cache on my own", "record_attempt", {"problem": "LRU Cache", "outcome": "unaided"}),
    (
        "yesterday i did climbing stairs, took 25 min, coudlnt finish",
        "record_attempt",
        {"problem": "climbing stairs", "minutes": 25, "outcome": "stuck"},
    ),
    ("this morning i solved jump game alone", "record_attempt", {"problem": "jump game", "outcome": "unaided"}),
    (
        "i jsut solvd valid anagram in 14 mins needed a hint",
        "record_attempt",
        {"problem": "valid anagram", "minutes": 14, "outcome": "with-help"},
    ),
    # the next problem
    ("give me one", "next_problem", {}),
    ("giv me one pls", "next_problem", {}),
    ("gimme a problem", "next_problem", {}),
    ("next", "next_problem", {}),
    ("what should i do next?", "next_problem", {}),
    ("What's next", "next_problem", {}),
    ("give me a problem on Arrays", "next_problem", {"topic": "Arrays"}),
    ("give me a medium dp problem", "next_problem", {"topic": "dp", "difficulty": "medium"}),
    ("give me an esay problem on linked lists", "next_problem", {"topic": "linked lists", "difficulty": "easy"}),
    ("another graph problem please", "next_problem", {"topic": "graph", "instead": "another"}),
    ("something hard", "next_problem", {"difficulty": "hard"}),
    ("suggest a porblem about binary search", "next_problem", {"topic": "binary search"}),
    ("i want to practise two pointers", "next_problem", {"topic": "two pointers"}),
    ("can you recommend a hard one on trees?", "next_problem", {"topic": "trees", "difficulty": "hard"}),
    ("lets do a problem", "next_problem", {}),
    ("medium dp", "next_problem", {"topic": "dp", "difficulty": "medium"}),
    ("i want to solve a sliding window question", "next_problem", {"topic": "sliding window"}),
    ("what problem should I solve now", "next_problem", {}),
    # starting
    ("start valid parentheses", "start_problem", {"problem": "valid parentheses"}),
    ("strat Valid Parentheses!", "start_problem", {"problem": "Valid Parentheses"}),
    ("let's do two sum", "start_problem", {"problem": "two sum"}),
    ("i want to solve course schedule", "start_problem", {"problem": "course schedule"}),
    ("im starting jump game now", "start_problem", {"problem": "jump game"}),
    ("i will solve two sum alone", "start_problem", {"problem": "two sum"}),
    ("begin with clone graph", "start_problem", {"problem": "clone graph"}),
    ("ok let me try word break", "start_problem", {"problem": "word break"}),
    # finding
    ("find coin chang", "find_problem", {"query": "coin chang"}),
    ("fnd coin change", "find_problem", {"query": "coin change"}),
    ("search for next permutation", "find_problem", {"query": "next permutation"}),
    ("do you have a problem called word ladder", "find_problem", {"query": "word ladder"}),
    ("look up kth smallest", "find_problem", {"query": "kth smallest"}),
    # undoing
    ("undo that", "undo_last", {}),
    ("undo", "undo_last", {}),
    ("Undoo that plz", "undo_last", {}),
    ("oops, take that back", "undo_last", {}),
    ("that was a mistake", "undo_last", {}),
    # revisions
    ("whats due", "list_due_revisions", {}),
    ("What is due?", "list_due_revisions", {}),
    ("waht's due today", "list_due_revisions", {}),
    ("what should i revise today", "list_due_revisions", {}),
    ("show my revisons", "list_due_revisions", {}),
    ("anything to review?", "list_due_revisions", {}),
    ("any revisions due", "list_due_revisions", {}),
    # mastery
    ("how good am i at graphs", "explain_mastery", {"topic": "graphs"}),
    ("How am I doing in dynamic programming?", "explain_mastery", {"topic": "dynamic programming"}),
    ("mastery of binary trees", "explain_mastery", {"topic": "binary trees"}),
    ("explain my mastry of heaps", "explain_mastery", {"topic": "heaps"}),
    ("whats my arrays level", "explain_mastery", {"topic": "arrays"}),
    ("am i good at stacks", "explain_mastery", {"topic": "stacks"}),
    ("hows my dp", "explain_mastery", {"topic": "dp"}),
    ("why is my graphs mastery so low", "explain_mastery", {"topic": "graphs"}),
    ("how good am i", "list_mastery", {}),
    ("what are my wekest topics", "list_mastery", {}),
    ("my progress", "show_progress", {}),
    ("what am i bad at", "list_mastery", {}),
    # tasks
    ("add a task: review heaps by friday", "add_task", {"title": "review heaps", "due": "friday"}),
    ("ad task Review Graphs tomorow", "add_task", {"title": "Review Graphs", "due": "tomorrow"}),
    (
        "remind me to redo two sum in 3 days",
        "add_task",
        {"title": "redo two sum", "problem": "two sum", "due": "in 3 days"},
    ),
    ("new task mock interview on 15 march", "add_task", {"title": "mock interview", "due": "15 march"}),
    ("todo: read about tries", "add_task", {"title": "read about tries"}),
    (
        "add task solve word search 30 min by next week",
        "add_task",
        {"title": "solve word search", "problem": "word search", "due": "next week", "minutes": 30},
    ),
    ("i need to review heaps by friday", "add_task", {"title": "review heaps", "due": "friday"}),
    ("remind me tomorrow to review heaps", "add_task", {"title": "review heaps", "due": "tomorrow"}),
    ("what are my tasks", "list_tasks", {}),
    ("show my taks", "list_tasks", {}),
    ("list overdue tasks", "list_tasks", {"status": "overdue"}),
    ("which tasks are done", "list_tasks", {"status": "completed"}),
    ("my to-do list", "list_tasks", {}),
    ("done with task 2", "complete_task", {"which": "2"}),
    ("task 2 is done", "complete_task", {"which": "2"}),
    ("mark review heaps as done", "complete_task", {"which": "review heaps"}),
    ("tick off number 3", "complete_task", {"which": "3"}),
    ("i finished the review heaps task", "complete_task", {"which": "review heaps"}),
    # the profile
    ("my interview is on 3 march 2027", "set_profile", {"target_date": "3 march 2027"}),
    ("interview in 6 weeks", "set_profile", {"target_date": "in 6 weeks"}),
    ("I have my interview on March 15", "set_profile", {"target_date": "march 15"}),
    ("set my interview date to 2027-03-03", "set_profile", {"target_date": "2027-03-03"}),
    ("i have 45 minutes a day", "set_profile", {"minutes_per_day": 45}),
    ("an hour per day", "set_profile", {"minutes_per_day": 60}),
    ("i can practise 1h 30 every day", "set_profile", {"minutes_per_day": 90}),
    ("i'm in Berlin", "set_profile", {"time_zone": "Berlin"}),
    ("my timezone is Europe/Paris", "set_profile", {"time_zone": "Europe/Paris"}),
    ("i live in the US", "set_profile", {"time_zone": "the US"}),
    ("call me Sam", "set_profile", {"name": "Sam"}),
    ("i'm preparing for Google, Amazon and Meta", "set_profile", {"target_companies": ["Google", "Amazon", "Meta"]}),
    (
        "my interview is on 3 march and i have 45 min a day, i'm in New York",
        "set_profile",
        {"target_date": "3 march", "minutes_per_day": 45, "time_zone": "New York"},
    ),
    (
        "my interview is in 6 weeks, 60 minutes a day, berlin",
        "set_profile",
        {"target_date": "in 6 weeks", "minutes_per_day": 60, "time_zone": "berlin"},
    ),
    ("an hour a day, New York", "set_profile", {"minutes_per_day": 60, "time_zone": "New York"}),
    ("who am i", "get_profile", {}),
    ("show my profle", "get_profile", {}),
    ("when is my interview?", "get_profile", {}),
    # hints
    ("hint", "give_hint", {}),
    ("give me a hint for coin change", "give_hint", {"problem": "coin change"}),
    ("can i get a hint?", "give_hint", {}),
    ("i'm stuck, give me a hint", "give_hint", {}),
    ("a small nudge please", "give_hint", {}),
    ("any clue on word ladder?", "give_hint", {"problem": "word ladder"}),
    ("show me the next hint", "give_hint", {}),
    ("what's the next hint", "give_hint", {}),
    ("another hint on 3sum please", "give_hint", {"problem": "3sum"}),
    ("i tried a greedy approach", "give_hint", {"tried": "a greedy approach"}),
    ("ive already tried dp but it was too slow", "give_hint", {"tried": "dp but it was too slow"}),
    ("just tell me the solution", "give_hint", {"solution": True}),
    ("show me the answer to coin change", "give_hint", {"solution": True, "problem": "coin change"}),
    ("/hint", "give_hint", {}),
    ("/hint two sum", "give_hint", {"problem": "two sum"}),
    ("i tried two sum with a hint", "record_attempt", {"problem": "two sum", "outcome": "with-help"}),
    # notes
    (
        "note on two sum: remember the complement map",
        "add_note",
        {"problem": "two sum", "text": "remember the complement map"},
    ),
    (
        "Add a note to Coin Change: dp[i] = min(dp[i - c]) + 1, so O(n)",
        "add_note",
        {"problem": "Coin Change", "text": "dp[i] = min(dp[i - c]) + 1, so O(n)"},
    ),
    ("note: mind the empty input", "add_note", {"text": "mind the empty input"}),
    ("note to self: breathe", "add_note", {"text": "breathe"}),
    (
        "take a note about graphs - mark it before queueing\nnot after",
        "add_note",
        {"problem": "graphs", "text": "mark it before queueing\nnot after"},
    ),
    (
        "note for https://leetcode.com/problems/two-sum/: one pass",
        "add_note",
        {"problem": "https://leetcode.com/problems/two-sum/", "text": "one pass"},
    ),
    ("note that the heap is a min heap", "add_note", {"text": "the heap is a min heap"}),
    ("/note two sum: complement map", "add_note", {"problem": "two sum", "text": "complement map"}),
    ("/note look before you store", "add_note", {"text": "look before you store"}),
    ("my notes", "find_notes", {}),
    ("my notes on graphs", "find_notes", {"query": "graphs"}),
    ("show me all my notes about two sum", "find_notes", {"query": "two sum"}),
    ("what did i write about heaps?", "find_notes", {"query": "heaps"}),
    ("search my notes for complement", "find_notes", {"query": "complement"}),
    ("do i have any notes on tries", "find_notes", {"query": "tries"}),
    ("/notes", "find_notes", {}),
    ("/notes graphs", "find_notes", {"query": "graphs"}),
    ("change note 2 to look before storing", "edit_note", {"which": "2", "text": "look before storing"}),
    ("edit my note on two sum: O(n) time", "edit_note", {"which": "two sum", "text": "O(n) time"}),
    ("delete note 2", "remove_note", {"which": "2"}),
    ("remove my note on two sum", "remove_note", {"which": "two sum"}),
    # slash commands
    ("/next", "next_problem", {}),
    ("/next graphs hard", "next_problem", {"topic": "graphs", "difficulty": "hard"}),
    ("/start two sum", "start_problem", {"problem": "two sum"}),
    ("/log two sum unaided 12", "record_attempt", {"problem": "two sum", "outcome": "unaided", "minutes": 12}),
    (
        "/log House Robber 2 with-help 1h",
        "record_attempt",
        {"problem": "House Robber 2", "outcome": "with-help", "minutes": 60},
    ),
    ("/log stuck", "record_attempt", {"outcome": "stuck"}),
    ("/undo", "undo_last", {}),
    ("/undo the one before", "undo_last", {"leave_changed": True}),
    ("leave it and undo the one before", "undo_last", {"leave_changed": True}),
    ("undo the change before that", "undo_last", {"leave_changed": True}),
    ("/mastery", "list_mastery", {}),
    ("/mastery dp", "explain_mastery", {"topic": "dp"}),
    ("/due", "list_due_revisions", {}),
    ("/tasks completed", "list_tasks", {"status": "completed"}),
    ("/task add review heaps by friday", "add_task", {"title": "review heaps", "due": "friday"}),
    ("/done 2", "complete_task", {"which": "2"}),
    ("/profile", "get_profile", {}),
    ("/profile 45 minutes a day", "set_profile", {"minutes_per_day": 45}),
    ("/find coin chang", "find_problem", {"query": "coin chang"}),
    # revisions
    ("revise", "start_revision", {}),
    ("Revise!", "start_revision", {}),
    ("start my revision", "start_revision", {}),
    ("strat my revison", "start_revision", {}),
    ("lets do a revision", "start_revision", {}),
    ("time to revise", "start_revision", {}),
    ("revise graphs", "start_revision", {"topic": "graphs"}),
    ("review heaps", "start_revision", {"topic": "heaps"}),
    ("i want to revise dynamic programming", "start_revision", {"topic": "dynamic programming"}),
    ("start a revision of binary search please", "start_revision", {"topic": "binary search"}),
    ("quiz me on linked lists", "start_revision", {"topic": "linked lists"}),
    ("that was easy", "rate_revision", {"grade": "easy"}),
    ("it was really hard", "rate_revision", {"grade": "hard"}),
    ("rate it hard", "rate_revision", {"grade": "hard"}),
    ("rate graphs as easy", "rate_revision", {"grade": "easy", "topic": "graphs"}),
    ("i forgot everything", "rate_revision", {"grade": "again"}),
    ("i found it easy", "rate_revision", {"grade": "easy"}),
    ("grade the revision good", "rate_revision", {"grade": "good"}),
    ("snooze graphs until friday", "snooze_revision", {"topic": "graphs", "until": "friday"}),
    ("snooze it for 1h", "snooze_revision", {"until": "1h"}),
    ("snooze until tonight", "snooze_revision", {"until": "tonight"}),
    ("postpone arrays to next week", "snooze_revision", {"topic": "arrays", "until": "next week"}),
    ("put it off until tomorrow", "snooze_revision", {"until": "tomorrow"}),
    ("push heaps back to fri", "snooze_revision", {"topic": "heaps", "until": "friday"}),
    ("pause revisions until 3 jan", "pause_revisions", {"until": "3 jan"}),
    ("pause my revisions for 2 weeks", "pause_revisions", {"until": "2 weeks"}),
    ("no revisions until monday please", "pause_revisions", {"until": "monday"}),
    ("im on holiday until 3 january", "pause_revisions", {"until": "3 january"}),
    ("resume my revisions", "resume_revisions", {}),
    ("unpause", "resume_revisions", {}),
    ("i missed a week, help me catch up over 5 days", "plan_catch_up", {"days": 5}),
    ("help me catch up", "plan_catch_up", {}),
    ("i'm behind, help me catch up in a week", "plan_catch_up", {"days": 7}),
    ("spread my backlog over three days", "plan_catch_up", {"days": 3}),
    ("at most 3 revisions a day", "set_revision_cap", {"per_day": 3}),
    ("limit me to eight reviews per day", "set_revision_cap", {"per_day": 8}),
    ("/revise", "start_revision", {}),
    ("/revise dp", "start_revision", {"topic": "dp"}),
    ("/answer it is contiguous memory", "answer_recall", {"answer": "it is contiguous memory"}),
    ("/unpause", "resume_revisions", {}),
    ("/cap 5", "set_revision_cap", {"per_day": 5}),
    ("/solution two sum", "give_hint", {"problem": "two sum", "solution": True}),
    ("solution", "give_hint", {"solution": True}),
    ("tried brute force and it timed out", "give_hint", {"tried": "brute force and it timed out"}),
    ("rename 2 to graphs", "rename_conversation", {"which": "2", "title": "graphs"}),
    ("lets continue", "plan_today", {}),
    ("/editnote 1: use a heap, k = 3", "edit_note", {"which": "1", "text": "use a heap, k = 3"}),
    ("/removenote 2", "remove_note", {"which": "2"}),
    ("/rename graphs and trees", "rename_conversation", {"title": "graphs and trees"}),
    ("/search hash map", "search_conversations", {"text": "hash map"}),
    ("/rate hard", "rate_revision", {"grade": "hard"}),
    ("/rate again graphs", "rate_revision", {"grade": "again", "topic": "graphs"}),
    ("/snooze graphs tomorrow", "snooze_revision", {"topic": "graphs", "until": "tomorrow"}),
    ("/snooze 2h", "snooze_revision", {"until": "2h"}),
    ("/pause 3 jan", "pause_revisions", {"until": "3 jan"}),
    ("/catchup 5", "plan_catch_up", {"days": 5}),
    # tasks that change, and tasks that come again
    ("move mock interview to saturday", "reschedule_task", {"which": "mock interview", "due": "saturday"}),
    ("move my interview to 3 march", "set_profile", {"target_date": "3 march"}),
    ("move task 2 to friday", "reschedule_task", {"which": "2", "due": "friday"}),
    ("postpone the heaps task until next week", "reschedule_task", {"which": "heaps", "due": "next week"}),
    ("push number 3 to 15 march", "reschedule_task", {"which": "3", "due": "15 march"}),
    ("reshedule the heaps task for tomorow", "reschedule_task", {"which": "heaps", "due": "tomorrow"}),
    ("make task 2 due tomorrow", "reschedule_task", {"which": "2", "due": "tomorrow"}),
    ("task 4 to 2027-01-05", "reschedule_task", {"which": "4", "due": "2027-01-05"}),
    ("/move 2 to friday", "reschedule_task", {"which": "2", "due": "friday"}),
    ("delete task 3", "delete_task", {"which": "3"}),
    ("remove the review heaps task", "delete_task", {"which": "review heaps"}),
    ("drop read about tries from my list", "delete_task", {"which": "read about tries"}),
    ("i dont need task 2 anymore", "delete_task", {"which": "2"}),
    ("/delete 3", "delete_task", {"which": "3"}),
    ("remind me every weekday to do one easy", "add_task", {"title": "do one easy", "repeat": "weekdays"}),
    ("every day solve one easy problem", "add_task", {"title": "solve one easy problem", "repeat": "daily"}),
    (
        "remind me to review heaps every monday",
        "add_task",
        {"title": "review heaps", "repeat": "weekly", "due": "monday"},
    ),
    ("add a task: one easy problem daily", "add_task", {"title": "one easy problem", "repeat": "daily"}),
    ("remind me weekly to do a mock interview", "add_task", {"title": "do a mock interview", "repeat": "weekly"}),
    ("/task add stretch every day 10 min", "add_task", {"title": "stretch", "repeat": "daily", "minutes": 10}),
    ("move zeroes", "find_problem", {"query": "move zeroes", "limit": 1}),
    # the plan of the day
    ("what am i working on?", "plan_today", {}),
    ("which problem did i start", "plan_today", {}),
    ("what's my plan", "plan_today", {}),
    ("plan today", "plan_today", {}),
    ("plan my day", "plan_today", {}),
    ("make me a plan for today", "plan_today", {}),
    ("show my plan", "plan_today", {}),
    ("todays plan please", "plan_today", {}),
    ("what should i do today?", "plan_today", {}),
    ("i only have 20 minutes", "plan_today", {"minutes": 20}),
    ("I have only half an hour today", "plan_today", {"minutes": 30}),
    ("ive got 45 min right now", "plan_today", {"minutes": 45}),
    ("only 15 minutes left", "plan_today", {"minutes": 15}),
    ("what can i do in 20 minutes", "plan_today", {"minutes": 20}),
    ("plan for 30 minutes", "plan_today", {"minutes": 30}),
    ("plan an hour", "plan_today", {"minutes": 60}),
    ("/plan", "plan_today", {}),
    ("/plan 20", "plan_today", {"minutes": 20}),
    ("/plan 1h", "plan_today", {"minutes": 60}),
    # progress
    ("how am i doing", "show_progress", {}),
    ("how am I doing this week?", "show_progress", {}),
    ("my streak", "show_progress", {}),
    ("whats my streak", "show_progress", {}),
    ("how long is my streak?", "show_progress", {}),
    ("show my progess", "show_progress", {}),
    ("how many problems have i solved", "show_progress", {}),
    ("what did i do this week", "show_progress", {}),
    ("my stats", "show_progress", {}),
    ("/progress", "show_progress", {}),
    # another one, an easier or a harder one, one seen before
    ("give me another one", "next_problem", {"instead": "another"}),
    ("something else pls", "next_problem", {"instead": "another"}),
    ("not this one", "next_problem", {"instead": "another"}),
    ("skip this one", "next_problem", {"instead": "another"}),
    ("i don't want this one", "next_problem", {"instead": "another"}),
    ("/another", "next_problem", {"instead": "another"}),
    ("/another graphs hard", "next_problem", {"topic": "graphs", "difficulty": "hard", "instead": "another"}),
    ("easier", "next_problem", {"instead": "easier"}),
    ("give me something easier", "next_problem", {"instead": "easier"}),
    ("this is too hard", "next_problem", {"instead": "easier"}),
    ("an easier graph problem", "next_problem", {"topic": "graph", "instead": "easier"}),
    ("/easier dp", "next_problem", {"topic": "dp", "instead": "easier"}),
    ("harder please", "next_problem", {"instead": "harder"}),
    ("that's too easy for me", "next_problem", {"instead": "harder"}),
    ("/harder", "next_problem", {"instead": "harder"}),
    ("seen it already", "mark_seen", {}),
    ("I know this one", "mark_seen", {}),
    ("already solved this one before", "mark_seen", {}),
    ("i did two sum last year", "mark_seen", {"problem": "two sum"}),
    ("ive seen two sum already", "mark_seen", {"problem": "two sum"}),
    ("/seen two sum", "mark_seen", {"problem": "two sum"}),
    ("/seen", "mark_seen", {}),
    # placement
    ("place me", "start_placement", {}),
    ("plz place me", "start_placement", {}),
    ("find my level", "start_placement", {}),
    ("placement", "start_placement", {}),
    ("i want to take the placement test", "start_placement", {}),
    ("test my level", "start_placement", {}),
    ("can you assess my skills", "start_placement", {}),
    ("figure out my level please", "start_placement", {}),
    ("place me again", "start_placement", {"anew": True}),
    ("redo the placement from scratch", "start_placement", {"anew": True}),
    ("continue the placement", "start_placement", {}),
    ("/placement", "start_placement", {}),
    ("/placement again", "start_placement", {"anew": True}),
    # importing what was solved before
    ("import my solves", "preview_import", {}),
    ("I want to import my solved problems", "preview_import", {}),
    ("i want to import", "preview_import", {}),
    ("how do i import my leetcode progress?", "preview_import", {}),
    ("can you import a csv", "preview_import", {}),
    ("upload my list of solved problems", "preview_import", {}),
    ("add my past solves", "preview_import", {}),
    ("i've solved 200 problems already", "preview_import", {}),
    ("i solved a lot of problems on leetcode", "preview_import", {}),
    ("import everything", "preview_import", {}),
    ("/import", "preview_import", {}),
    ("/import two sum, 3sum", "preview_import", {}),
    ("Import these:\nTwo Sum\n3Sum", "preview_import", {}),
    ("import: two sum, 3sum", "preview_import", {}),
    ("i solved these:\n- two sum\n- foo bar", "preview_import", {}),
    ("1. Two Sum\n2. 3Sum\n3. Coin Change\n4. something else", "preview_import", {}),
    ("import them", "confirm_import", {}),
    ("confirm the import", "confirm_import", {}),
    ("import all but 3", "confirm_import", {"leave_out": "3"}),
    ("/import yes", "confirm_import", {}),
    ("/confirmimport 2a 5b", "confirm_import", {"choices": "2a 5b"}),
    ("leave out lines 3 and 7-9", "adjust_import", {"leave_out": "3 and 7-9"}),
    ("show the import again", "adjust_import", {}),
    ("/adjustimport day first", "adjust_import", {"dates": "day-first"}),
    ("cancel the import", "cancel_import", {}),
    ("don't import that", "cancel_import", {}),
    ("/cancelimport", "cancel_import", {}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "verb", "arguments"), PHRASINGS, ids=[said for said, _, _ in PHRASINGS])
def test_a_phrasing_becomes_one_call(said: str, verb: str, arguments: dict[str, Any]) -> None:
    """Each way of saying it calls the verb that was meant, with the arguments that were said and no others."""
    decided = decide((), said)
    assert isinstance(decided, Request), decided
    assert (decided.verb, decided.arguments) == (verb, arguments)


@pytest.mark.parametrize(
    "said",
    [
        "i haven't solved two sum",
        "i didn't do it alone",
        "can i solve it without help?",
        "did i solve two sum alone?",
        "have i finished two sum",
        "was two sum solved?",
        "i am not stuck",
        "not solved yet",
        "i'm almost done",
        "what should i do when stuck on a problem",
        "how do i solve two sum without help",
        "should i use hints",
        "i passed my interview",
        "how do i undo",
        "don't undo that",
        "are you stuck?",
        "is two sum hard",
        "i'm in a meeting",
        "how do i add a task",
        "my interview went well",
        "i have no time today",
        "should i revise graphs",
        "why is that so easy",
        "how do i catch up",
        "can i pause revisions until monday",
    ],
)
def test_what_is_no_report_writes_nothing(said: str) -> None:
    """Questions, plans and denials record nothing, undo nothing and set nothing."""
    decided = decide((), said)
    if isinstance(decided, Request):
        assert decided.verb not in {verb.name for verb in VERBS if verb.writes}
    else:
        assert "Unaided" not in decided.text


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("solved two sum", HELPED.text),
        ("i did two sum in 12 min", HELPED.text),
        ("done", "How did it go"),
        ("got stuck on two sum but then looked at the solution", HELPED.text),
        ("stuck", "Shall I log it as stuck?"),
        ("start", "Which problem shall I start?"),
        ("/log", "How did it go"),
        ("reschedule task 1", "To which day?"),
        ("push task 2 by two days", "To which day?"),
        ("/move 2", "To which day?"),
        ("/move", "Which task shall I move?"),
        ("/delete", "Which task shall I delete?"),
        ("/task", "What should the task say?"),
        ("/done", "Which task did you finish?"),
        ("/find", "Which problem are you looking for?"),
        ("/rate", "again, hard, good or easy?"),
        ("snooze graphs", "Until when"),
        ("pause my revisions", "Until which day"),
        ("add a task", "What should the task say?"),
        ("add a note on two sum", "What should the note say?"),
        ("/note", "What should the note say?"),
        ("edit note 2", "What should it say instead?"),
        ("delete my note", "Which note do you mean?"),
        ("hi", "offline coach"),
        ("/help", "/mastery"),
        ("what can you do?", "give me a medium graph problem"),
        ("explain dijkstra", "OPENAI_API_KEY"),
        ("what is a heap?", "OPENAI_API_KEY"),
        ("review my code", "OPENAI_API_KEY"),
        ("the weather is lovely in june", "offline coach"),
        ("thanks!", "welcome"),
        ("bye", "See you"),
        ("/maestry dp", "`/mastery [TOPIC]`"),
        ("/", "no such command"),
        ("sync my leetcode account", "can't look into your accounts"),
    ],
)
def test_what_no_verb_answers_is_answered_in_words(said: str, part: str) -> None:
    """What lacks something is asked back; greetings, help and what needs a model get an honest sentence."""
    decided = decide((), said)
    if part == HELPED.text:
        # The question comes once there is such a problem.
        assert isinstance(decided, Request), decided
        assert (decided.verb, decided.arguments.items() >= CHECK.items()) == ("find_problem", True)
        return
    assert isinstance(decided, Say), decided
    assert part in decided.text


def test_titles_of_problems_are_not_taken_for_typos() -> None:
    """No word of a starter problem or topic is put right into a keyword, so titles never turn into intents."""
    catalogue = shipped_catalogue()
    names = [problem.title for problem in catalogue.problems] + [topic.name for topic in catalogue.topics]
    changed = {
        (word.lower(), put_right)
        for phrase in map(read, names)
        for word, put_right in zip(phrase.raw, phrase.words, strict=True)
        if word.isalpha() and word.lower() != put_right
    }
    assert not changed


# Titles of which a part is what people say for "some problem": looked for, these two ask for the next problem.
ASKS_FOR_ANY = {"Plus One", "The Skyline Problem"}


def bare(title: str) -> str:
    """Return the words of a title as they are said, without the number of a first part, which is its last word."""
    return " ".join(read(title).words).removesuffix(" i")


@pytest.mark.parametrize(
    "title", [problem.title for problem in shipped_catalogue().problems if problem.title not in ASKS_FOR_ANY]
)
def test_every_starter_problem_can_be_named(title: str) -> None:
    """Each title of the starter catalogue survives being solved, started and searched for, numbers and all."""
    for said, verb, argument in (
        (f"i solved {title} alone in 20 min", "record_attempt", "problem"),
        (f"start {title}", "start_problem", "problem"),
        (f"find {title}", "find_problem", "query"),
        (f"stuck on {title}", "record_attempt", "problem"),
    ):
        decided = decide((), said)
        assert isinstance(decided, Request)
        assert decided.verb == verb, said
        assert bare(decided.arguments[argument]) == bare(title), said
