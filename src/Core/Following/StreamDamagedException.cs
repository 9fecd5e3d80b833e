namespace Replication.Core.Following;

/// <summary>What came over the stream are not the next entries. The connection is given up and made anew; nothing of it was kept.</summary>
public sealed class StreamDamagedException(long index, string what) : IOException($"The stream is damaged where entry {index} belongs: {what}.")
{
    /// <summary>The entry that was expected.</summary>
    public long Index => index;
}
