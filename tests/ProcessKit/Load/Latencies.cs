namespace Replication.ProcessKit.Load;

/// <summary>How long something took, again and again. Thread-safe.</summary>
public sealed class Latencies
{
    private readonly Lock _gate = new();
    private List<TimeSpan> _taken = [];

    /// <summary>It took so long once more.</summary>
    public void Add(TimeSpan taken)
    {
        lock (_gate) _taken.Add(taken);
    }

    /// <summary>What was added since the last call, in ascending order.</summary>
    public LatencySample Take()
    {
        List<TimeSpan> taken;
        lock (_gate) (taken, _taken) = (_taken, []);
        taken.Sort();
        return new LatencySample(taken);
    }
}
