namespace Replication.Kit;

/// <summary>Virtual time: what is to happen, in order of its time, and of its making where times are equal. For one thread.</summary>
public sealed class EventQueue
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Number)> _queue = new();
    private long _made;

    /// <summary>The time, from 0 on.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Events that have happened.</summary>
    public long Happened { get; private set; }

    /// <summary>Lets something happen later, or at once behind what is already to happen now.</summary>
    public void After(TimeSpan delay, Action happen)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _queue.Enqueue(happen, (Now + delay, _made++));
    }

    /// <summary>Lets everything happen up to a time, or until somebody has enough.</summary>
    public void RunUntil(TimeSpan end, Func<bool> enough)
    {
        while (!enough() && _queue.TryPeek(out _, out var next) && next.At <= end)
        {
            Now = next.At;
            Happened++;
            _queue.Dequeue()();
        }
        if (!enough() && Now < end) Now = end;
    }
}
