using System.Globalization;
using System.Text;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Database;

/// <summary>
/// Who a node is, and what it has promised: a small text file of a fixed length, written whole, synced and renamed at each change.
/// </summary>
/// <param name="NodeId">Random, never zero; made once.</param>
/// <param name="StartCounter">One more at every start: tells a restarted node from a copied directory.</param>
/// <param name="History">The lineage of its data; none until it has data.</param>
/// <param name="PromisedEpoch">The highest epoch this node has promised to, its own included; lower reigns are refused.</param>
/// <param name="PromisedReign">The reign that the promise was given to.</param>
public sealed record NodeIdentity(ulong NodeId, ulong StartCounter, HistoryId History, Epoch PromisedEpoch, ulong PromisedReign)
{
    /// <summary>Bytes of the file, whatever it says: ends of lines fill it up.</summary>
    public const int FileBytes = 512;

    private const string Magic = "replication-node 1";
    private const string CrcKey = "crc32c ";

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"""
            {Magic}
            node-id {NodeId:x16}
            start-counter {StartCounter}
            history {History}
            promised-epoch {PromisedEpoch.Number}
            promised-reign {PromisedReign:x16}

            """);
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{body}{CrcKey}{Crc32C.Compute(Encoding.ASCII.GetBytes(body)):x8}").PadRight(FileBytes, '\n'));
    }

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="DataDirectoryException">They are not as they were written, or of a newer version.</exception>
    public static NodeIdentity FromBytes(ReadOnlySpan<byte> bytes, string path)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var crcLine = text.LastIndexOf(CrcKey, StringComparison.Ordinal);
        if (!text.StartsWith("replication-node ", StringComparison.Ordinal)) throw Damaged(path);
        if (!text.StartsWith(Magic + "\n", StringComparison.Ordinal))
            throw new UnsupportedFormatException($"{path} was written by a newer version. Start that version.");
        if (crcLine < 0 || !Hexadecimal(text[(crcLine + CrcKey.Length)..].TrimEnd('\n'), out var crc) || crc != Crc32C.Compute(bytes[..crcLine]))
            throw Damaged(path);
        var fields = text[..crcLine].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split(' ', 2)).Where(pair => pair.Length == 2).DistinctBy(pair => pair[0], StringComparer.Ordinal).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        if (Field(fields, "node-id") is { } id && Hexadecimal(id, out var node) && node != 0
            && ulong.TryParse(Field(fields, "start-counter"), NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
            && UInt128.TryParse(Field(fields, "history"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var history)
            && uint.TryParse(Field(fields, "promised-epoch"), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && Field(fields, "promised-reign") is { } promised && Hexadecimal(promised, out var reign))
        {
            return new NodeIdentity(node, counter, new HistoryId(history), new Epoch(epoch), reign);
        }
        throw Damaged(path);
    }

    private static string? Field(Dictionary<string, string> fields, string name) => fields.GetValueOrDefault(name);

    private static bool Hexadecimal(string text, out ulong value) => ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);

    private static DataDirectoryException Damaged(string path) =>
        new($"{path} is damaged, so it is not known which node this is. Start it as a replica with an empty data directory, or restore a backup.");
}
