// Most of the time is spent on waiting for limits that count in seconds, not on processors.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
