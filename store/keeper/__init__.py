"""The small detached process that owns the embedded mongod, and the directory it keeps it in.

Nothing here imports the MongoDB driver or asyncio, so that the process starts at once and stays small.
"""
