namespace Replication.Node.Services.Limits;

/// <summary>The memory that requests and answers on their way may take, all calls together. Thread-safe.</summary>
/// <param name="limit">Bytes.</param>
internal sealed class CallMemory(long limit)
{
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes bytes, when there are so many.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= limit) return true;
        Interlocked.Add(ref _taken, -bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(long bytes) => Interlocked.Add(ref _taken, -bytes);
}
