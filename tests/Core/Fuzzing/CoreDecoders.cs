using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.IO;
using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using Decoder = Replication.Kit.Fuzzing.Decoder;

namespace Replication.Core.Tests.Fuzzing;

/// <summary>Everything in Core that makes sense of bytes which somebody else wrote.</summary>
internal static class CoreDecoders
{
    private const string CrcKey = "crc32c ";
    private const ulong Salt = 0x5A17;

    private static readonly HistoryId History = new(new UInt128(1, 2));
    private static readonly TestPrimary Primary = WithEverything();
    private static readonly Func<Exception, bool> Malformed = static failure => failure is MalformedPayloadException;

    public static ImmutableSortedDictionary<string, Decoder> All { get; } = new Dictionary<string, Decoder>(StringComparer.Ordinal)
    {
        ["frame"] = new([.. Primary.Frames], Frame, static _ => false) { Reseal = SealFrame },
        ["frames of a stream"] = new([Joined(Primary.Frames)], Stream, static failure => failure is StreamDamagedException or UnsupportedFormatException) { Reseal = SealFrame },
        ["entries applied"] = new([.. Primary.Frames.Skip(1)], Applied, static failure => failure is ApplyException) { Reseal = SealFrame, AllocationFactor = 1000 },
        ["mark"] = new([MarkBytes()], static bytes => Mark.TryRead(bytes, Salt, out var mark) ? Written(mark) : null, static _ => false),
        ["segment header"] = new([HeaderBytes()], static bytes => Written(SegmentHeader.Read(bytes, "file")), static failure => failure is LogDamagedException or UnsupportedFormatException),
        ["transaction"] = new([.. Primary.Frames.Where(frame => FrameHeader.Read(frame).Kind == EntryKind.Transaction).Select(Payload)], Transaction, Malformed),
        ["epoch start"] = new([new EpochStart(1, 2, "name", 100).ToArray()], static bytes => EpochStart.Read(bytes).ToArray(), Malformed),
        ["configuration"] = new([new Configuration([new Voter(1, "a"), new Voter(2, "b")], 1).ToArray()], static bytes => Configuration.Read(bytes).ToArray(), Malformed),
        ["state digest"] = new([new StateDigestEntry(StateDigest.Empty, 7).ToArray()], static bytes => StateDigestEntry.Read(bytes).ToArray(), Malformed),
        ["index definition"] = new([Definition().ToArray()], static bytes => IndexDefinition.Read(bytes).ToArray(), Malformed),
        ["index state"] = new([IndexState.New(Definition()).ToArray(), (IndexState.New(Definition()) with { Phase = IndexPhase.Failed, Failure = "why" }).ToArray()], static bytes => IndexState.Read(bytes).ToArray(), Malformed),
        ["index step"] = new([new IndexStep("name", true, "failure").ToArray()], static bytes => IndexStep.Read(bytes).ToArray(), Malformed),
        ["manifest"] = new([ManifestCodec.Encode(Manifest())], static bytes => ManifestCodec.Encode(ManifestCodec.Decode(bytes)), static failure => failure is MalformedPayloadException or UnsupportedFormatException),
        ["manifest file"] = new([ManifestFile()], ReadManifestFile, static failure => failure is SnapshotDamagedException or UnsupportedFormatException) { Reseal = SealManifestFile },
        ["snapshot chunk"] = new([ChunkBytes()], Chunk, Malformed),
        ["identity file"] = new([new NodeIdentity(1, 2, History, new Epoch(3), 4).ToBytes()], static bytes => NodeIdentity.FromBytes(bytes, "file").ToBytes(), static failure => failure is DataDirectoryException or UnsupportedFormatException) { Reseal = SealText },
        ["follower register"] = new([FollowerRegister.ToBytes([new RegisteredFollower(1, "name", 5, 6), new RegisteredFollower(2, "", 7, 8)])], static bytes => FollowerRegister.FromBytes(bytes) is { } read ? FollowerRegister.ToBytes(read) : null, static _ => false) { Reseal = SealText },
        ["path of an index"] = new([Text("address.city"), Text("a\\.b.c\\\\d")], static bytes => JsonPath.TryParse(Encoding.UTF8.GetString(bytes), out var path) is null ? Text(path!.Text) : null, static _ => false),
        ["JSON document"] = new([Text("""{"a":{"b":[1,-2.5e10,"x\u00e9",null,true,{"c":1e999}]},"b":"y"}""")], Document, static _ => false),
        ["position"] = new([Text("3/1042")], static bytes => LogPosition.TryParse(Encoding.UTF8.GetString(bytes), CultureInfo.InvariantCulture, out var position) ? Text(position.ToString()) : null, static _ => false),
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Joined(IEnumerable<byte[]> parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Payload(byte[] frame) => FrameReader.Payload(frame).ToArray();

    private static IndexDefinition Definition() => IndexDefinition.TryCreate("by-city", "address.city", true, out var definition) is null ? definition! : throw new InvalidOperationException();

    private static TestPrimary WithEverything()
    {
        var primary = new TestPrimary(requestsRemembered: 100);
        primary.Accept(TestPrimary.Put("docs", "a", """{"n":1}"""), TestPrimary.Put("docs", "b", """{"n":2}"""), TestPrimary.Put("other", "c", "3"));
        primary.Publish();
        primary.Decide(new Transaction([Operation.CreateIndex("docs", "by-n", "n", false), TestPrimary.Delete("docs", "a")], Text("request")));
        primary.Publish();
        primary.Accept(Operation.Drop("other"));
        primary.Publish();
        return primary;
    }

    private static byte[]? Frame(byte[] bytes)
    {
        var reading = FrameReader.TryRead(bytes, out var header);
        return reading == FrameReading.Frame ? bytes[..header.Length] : null;
    }

    private static byte[]? Stream(byte[] bytes)
    {
        var intake = new StreamIntake(LogTail.Start, EpochTable.Empty);
        intake.Take(new StreamFrames(1, long.MaxValue, 0, Continued: true, bytes.AsMemory(0, bytes.Length / 2)), static (ReadOnlySpan<byte> _, in FrameHeader _) => { });
        intake.Take(new StreamFrames(1, long.MaxValue, 0, Continued: false, bytes.AsMemory(bytes.Length / 2)), static (ReadOnlySpan<byte> _, in FrameHeader _) => { });
        return null;
    }

    private static byte[]? Applied(byte[] bytes)
    {
        if (FrameReader.TryRead(bytes, out _) != FrameReading.Frame) return null;
        var builder = new StateBuilder(DatabaseState.Empty, new DigestHistory(16));
        foreach (var frame in Primary.Frames)
        {
            var header = FrameHeader.Read(frame);
            if (header.Index == FrameHeader.Read(bytes).Index) break;
            builder.Apply(header, FrameReader.Payload(frame));
        }
        // As the stream hands them on: the chain was checked before.
        if (FrameChain.Violation(builder.Tail, FrameHeader.Read(bytes)) is not null || !EntryKinds.CanRead(FrameHeader.Read(bytes).Kind)) return null;
        builder.Apply(FrameHeader.Read(bytes), FrameReader.Payload(bytes.AsSpan(0, FrameHeader.Read(bytes).Length)));
        _ = builder.Freeze().Digest;
        return null;
    }

    private static byte[] MarkBytes() => Written(new Mark(5, 4));

    private static byte[] Written(in Mark mark)
    {
        var bytes = new byte[Mark.Size];
        mark.Write(bytes, Salt);
        return bytes;
    }

    private static byte[] HeaderBytes() => Written(new SegmentHeader(History, LogTail.Start, Salt));

    private static byte[] Written(SegmentHeader header)
    {
        var bytes = new byte[SegmentHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    private static byte[]? Transaction(byte[] bytes)
    {
        var reader = new TransactionReader(bytes);
        while (reader.NextCollection(out _)) { }
        while (reader.NextOperation(out _)) { }
        return null;
    }

    private static byte[] ChunkBytes()
    {
        var builder = new StateBuilder(DatabaseState.Empty, new DigestHistory(16));
        foreach (var frame in Primary.Frames.Take(2)) builder.Apply(FrameHeader.Read(frame), FrameReader.Payload(frame));
        var state = builder.Freeze();
        var chunk = new ChunkBuilder();
        var cursor = state.Collections["docs"].Records.From([]);
        chunk.Open(state.Collections["docs"]);
        while (cursor.MoveNext()) chunk.Add(cursor.Current);
        return chunk.Take(out _).ToArray();
    }

    private static SnapshotManifest Manifest() => new(
        History, new LogTail(new LogPosition(new Epoch(2), 50), 7, 8), EpochTable.FromRows([new EpochRow(new Epoch(1), 9, 1, 0), new EpochRow(new Epoch(2), 10, 40, 3)]),
        new Configuration([new Voter(1, "a")], 0), StateDigest.Empty, 3,
        [new SnapshotChunk(SnapshotFile.HeaderSize, 100, [.. SHA256.HashData([])], 1), new SnapshotChunk(SnapshotFile.HeaderSize + 100, 200, [.. SHA256.HashData([1])], 2)])
    { RequestsRemembered = 10, ForgottenThrough = 20 };

    private static byte[] ManifestFile()
    {
        var payload = ManifestCodec.Encode(Manifest());
        var bytes = new byte[SnapshotFile.HeaderSize + payload.Length];
        payload.CopyTo(bytes, SnapshotFile.HeaderSize);
        return SealManifestFile(bytes);
    }

    private static byte[] SealManifestFile(byte[] bytes)
    {
        if (bytes.Length >= SnapshotFile.HeaderSize) SnapshotFile.WriteHeader(bytes, SnapshotFile.ManifestMagic, Crc32C.Compute(bytes.AsSpan(SnapshotFile.HeaderSize)));
        return bytes;
    }

    private static byte[]? ReadManifestFile(byte[] bytes)
    {
        const string path = "/manifest";
        var files = new MemoryFileSystem();
        using (var file = files.Create(path, FileLabel.SnapshotWrite)) file.Write(bytes, 0, FileLabel.SnapshotWrite);
        return ManifestCodec.Encode(SnapshotReader.ReadManifest(files, path)) is { } payload ? SealManifestFile([.. new byte[SnapshotFile.HeaderSize], .. payload]) : null;
    }

    private static byte[]? Chunk(byte[] bytes)
    {
        var decoder = new ChunkDecoder();
        bytes.CopyTo(decoder.RoomFor(new SnapshotChunk(SnapshotFile.HeaderSize, bytes.Length, [.. SHA256.HashData(bytes)], 0), 0));
        decoder.Decode("file");
        foreach (var section in decoder.Sections)
            foreach (var record in section.Records)
                _ = section.KeyOf(record).Length + section.ValueOf(record).Length;
        return null;
    }

    private static byte[]? Document(byte[] bytes)
    {
        if (JsonText.Violation(bytes) is not null) return null;
        JsonPath.TryParse("a.b", out var path);
        new IndexedValues().Read(path!, bytes);
        return null;
    }

    private static byte[] SealFrame(byte[] bytes)
    {
        if (bytes.Length < FrameHeader.Size) return bytes;
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(sizeof(int)), FrameHeader.ComputeCrc(bytes));
        return bytes;
    }

    private static byte[] SealText(byte[] bytes)
    {
        var text = Encoding.ASCII.GetString(bytes);
        var end = text.LastIndexOf(CrcKey, StringComparison.Ordinal);
        if (end < 0) return bytes;
        return [.. bytes[..end], .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{CrcKey}{Crc32C.Compute(bytes.AsSpan(0, end)):x8}\n"))];
    }
}
