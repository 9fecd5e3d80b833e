namespace Replication.Core.Records;

/// <summary>One version of one record; never changed.</summary>
/// <param name="key">UTF-8, 1 to 1,024 bytes.</param>
/// <param name="value">Its bytes.</param>
/// <param name="index">Index of the entry that wrote it.</param>
public sealed class Record(byte[] key, byte[] value, long index)
{
    /// <summary>UTF-8, 1 to 1,024 bytes.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>The bytes put.</summary>
    public ReadOnlySpan<byte> Value => value;

    /// <summary>The key, to keep.</summary>
    public ReadOnlyMemory<byte> KeyMemory => key;

    /// <summary>The value, to keep.</summary>
    public ReadOnlyMemory<byte> ValueMemory => value;

    /// <summary>Index of the entry that wrote this version.</summary>
    public long Index => index;
}
