using Replication.Simulation.Tests.Plans;

namespace Replication.Simulation.Tests.Faults;

/// <summary>How often each class of faults came to something.</summary>
internal sealed class FaultCounts
{
    private readonly SortedDictionary<FaultClass, long> _counts = [];

    public long this[FaultClass fault] => _counts.GetValueOrDefault(fault);

    public void Count(FaultClass fault, long times = 1) => _counts[fault] = this[fault] + times;

    public void Add(FaultCounts other)
    {
        foreach (var (fault, times) in other._counts) Count(fault, times);
    }
}
