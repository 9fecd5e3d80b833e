using System.Text;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Cli.Tests.Fixture;

/// <summary>Writes a log as a node does: an epoch start, transactions, a digest; two segments when asked.</summary>
internal static class LogOnDisk
{
    private const int SegmentBytes = 1024 * 1024;
    private const long Micros = 1_750_000_000_123_456;

    /// <summary>A data directory whose log has four entries; the path of its log directory.</summary>
    public static string Write(string dataDirectory)
    {
        var directory = Path.Combine(dataDirectory, "log");
        using var log = Create(directory);
        Append(log, EntryKind.EpochStart, new EpochStart(7, 0xA1, "a").ToArray());
        Append(log, EntryKind.Transaction, Encode(
            (OperationAction.CreateJsonCollection, "docs", "", ""), (OperationAction.Put, "docs", "ada", "{\"name\":\"Ada\"}"), (OperationAction.Put, "docs", "bob", "{\n  \"name\": \"Bob\"\n}")));
        Append(log, EntryKind.Transaction, Encode(
            (OperationAction.CreateBytesCollection, "raw", "", ""), (OperationAction.Put, "raw", "x", "not json"), (OperationAction.Delete, "docs", "bob", "")));
        Append(log, EntryKind.StateDigest, new StateDigestEntry(StateDigest.Empty, 2).ToArray());
        log.MarkIdle(4);
        return directory;
    }

    /// <summary>A log whose large transactions need several segments; the number of its entries.</summary>
    public static int WriteSegments(string directory)
    {
        const int Entries = 8;
        using var log = Create(directory);
        Append(log, EntryKind.EpochStart, new EpochStart(7, 0xA1, "a").ToArray());
        for (var i = 1; i < Entries; i++) Append(log, EntryKind.Transaction, Encode((OperationAction.Put, "raw", $"k{i}", new string('x', 400 * 1024))));
        return Entries;
    }

    /// <summary>Flips a bit inside the value of the record <c>ada</c>.</summary>
    public static void Damage(string logDirectory) => Change(logDirectory, static bytes => bytes[bytes.AsSpan().IndexOf("Ada"u8)] ^= 1);

    /// <summary>Leaves behind the last entry what a crash leaves of a write.</summary>
    public static void Tear(string logDirectory) =>
        Change(logDirectory, static bytes => "torn"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1)));

    private static void Change(string directory, Action<byte[]> change)
    {
        var path = Assert.Single(Directory.GetFiles(directory, "*.log"));
        var bytes = File.ReadAllBytes(path);
        change(bytes);
        File.WriteAllBytes(path, bytes);
    }

    private static SegmentedLog Create(string directory)
    {
        Directory.CreateDirectory(directory);
        var files = new PhysicalFileSystem();
        return SegmentedLog.Create(
            files, directory, new InlineSegmentSupply(files, directory, SegmentBytes), new SystemEntropy(), new HistoryId(0x44), LogTail.Start);
    }

    private static void Append(SegmentedLog log, EntryKind kind, byte[] payload)
    {
        var batch = new LogBatch();
        batch.Restart(log.Durable);
        payload.CopyTo(batch.Payload(payload.Length));
        batch.Seal(payload.Length, new Epoch(1), kind, Micros + log.Durable.Index);
        log.Append(batch, log.Durable.Index);
    }

    private static byte[] Encode(params (OperationAction Action, string Collection, string Key, string Value)[] operations)
    {
        var encoder = new TransactionEncoder();
        encoder.Restart("r1"u8.ToArray());
        foreach (var (action, collection, key, value) in operations) encoder.Add(action, collection, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
        var payload = new byte[encoder.Size()];
        encoder.Write(payload);
        return payload;
    }
}
