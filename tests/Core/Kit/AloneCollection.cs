namespace Replication.Core.Tests.Kit;

/// <summary>
/// Tests of when memory is used again: that waits for every thread of the process that reads, so that readers of other tests
/// would decide what they find.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone in the process";
}
