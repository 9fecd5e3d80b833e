using System.Text;

namespace Replication.Client;

/// <summary>A record as a scan shows it.</summary>
/// <param name="KeyUtf8">Its key, UTF-8 of 1 to 1,024 bytes.</param>
/// <param name="Value">Its value.</param>
/// <param name="Written">Where it was last written.</param>
public sealed record StoredRecord(ReadOnlyMemory<byte> KeyUtf8, ReadOnlyMemory<byte> Value, LogPosition Written)
{
    /// <summary>Its key as text, decoded anew each time.</summary>
    public string Key => Encoding.UTF8.GetString(KeyUtf8.Span);
}
