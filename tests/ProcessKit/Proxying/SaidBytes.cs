namespace Replication.ProcessKit.Proxying;

/// <summary>What the one who connected said on one connection, from its first byte, as far as it is kept. Thread-safe.</summary>
/// <param name="capacity">Bytes that are kept.</param>
public sealed class SaidBytes(int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<byte> _bytes = [];

    /// <summary>Bytes kept so far.</summary>
    public int Length
    {
        get
        {
            lock (_gate) return _bytes.Count;
        }
    }

    /// <summary>A copy of them.</summary>
    public byte[] Take()
    {
        lock (_gate) return [.. _bytes];
    }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate) _bytes.AddRange(bytes[..Math.Min(bytes.Length, capacity - _bytes.Count)]);
    }
}
