using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using Replication.Protos.V1;
using SnapshotChunk = Replication.Core.Snapshots.SnapshotChunk;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Core.Tests.Snapshots;

/// <summary>Our manifest codec against the classes that protobuf generates.</summary>
public sealed class ManifestCodecTests
{
    private static readonly Gen<SnapshotManifest> Manifests =
        from history in Properties.Numbers.Where(number => number > 0)
        from digest in Properties.Numbers
        from crc in Properties.Numbers
        from timestamp in Properties.Indexes
        from reigns in Gen.Choose(1, 5)
        from steps in Properties.Numbers.ArrayOf(5)
        from lengths in Gen.Choose(1, SnapshotChunk.MaxLength).ListOf()
        from records in Gen.Choose(0, 1 << 20).ArrayOf(100)
        from requests in Gen.Choose(0, RequestMemory.MaxCapacity)
        from forgotten in Properties.Indexes
        select ManifestOf(history, digest, (uint)crc, timestamp, TableOf(reigns, steps), ChunksOf([.. lengths.Take(100)], records)) with
        {
            RequestsRemembered = requests,
            ForgottenThrough = forgotten / 2,
        };

    [Fact]
    public void What_we_write_is_byte_for_byte_what_protobuf_writes() =>
        Properties.ForAll(Manifests, ours => Assert.Equal(Theirs(ours).ToByteArray(), ManifestCodec.Encode(ours)));

    [Fact]
    public void What_protobuf_writes_we_read() => Properties.ForAll(Manifests, ours =>
        Assert.Equal(Theirs(ours).ToByteArray(), ManifestCodec.Encode(ManifestCodec.Decode(Theirs(ours).ToByteArray()))));

    [Fact]
    public void Cut_and_changed_bytes_are_read_or_refused() => Properties.ForAll(Manifests.Resize(4), ours =>
        Properties.ReadsOrRefuses(ManifestCodec.Encode(ours), bytes =>
        {
            try
            {
                ManifestCodec.Decode(bytes);
            }
            catch (UnsupportedFormatException newer)
            {
                Assert.Contains("compressed", newer.Message, StringComparison.Ordinal);
            }
        }));

    [Fact]
    public void The_largest_numbers_fit()
    {
        var rows = EpochTable.FromRows([new EpochRow(new Epoch(uint.MaxValue), ulong.MaxValue, long.MaxValue, uint.MaxValue)]);
        var chunk = new SnapshotChunk(16, SnapshotChunk.MaxLength, [.. new byte[32]], int.MaxValue);
        var manifest = ManifestOf(ulong.MaxValue, ulong.MaxValue, uint.MaxValue, long.MaxValue, rows, [chunk]);

        Assert.Equal(Theirs(manifest).ToByteArray(), ManifestCodec.Encode(ManifestCodec.Decode(ManifestCodec.Encode(manifest))));
    }

    public static TheoryData<string, string> Disagreements() => new()
    {
        { "no history", "names no position in a history" },
        { "index 0", "names no position in a history" },
        { "index beyond 63 bits", "names no position in a history" },
        { "epoch", "epoch table does not agree" },
        { "no epochs", "epoch table does not agree" },
        { "epochs descend", "cannot follow" },
        { "reign 0", "cannot follow" },
        { "gap", "leave gaps or overlap" },
        { "overlap", "leave gaps or overlap" },
        { "empty chunk", "leave gaps or overlap" },
        { "chunk too long", "leave gaps or overlap" },
        { "short hash", "no SHA-256" },
        { "records", "do not hold its records" },
        { "memory too large", "memory of requests" },
        { "forgotten what is to come", "memory of requests" },
    };

    [Theory]
    [MemberData(nameof(Disagreements))]
    public void A_manifest_that_does_not_agree_with_itself_is_refused(string change, string why)
    {
        var theirs = Theirs(ManifestOf(1, 2, 3, 4, TableOf(2, [3, 3, 3, 3, 3]), ChunksOf([100, 200], [5, 6])));
        switch (change)
        {
            case "no history": theirs.HistoryId = ByteString.Empty; break;
            case "index 0": theirs.Index = 0; break;
            case "index beyond 63 bits": theirs.Index = 1UL << 63; break;
            case "epoch": theirs.Epoch++; break;
            case "no epochs": theirs.Epochs.Clear(); break;
            case "epochs descend": theirs.Epochs.Add(theirs.Epochs[0]); break;
            case "reign 0": theirs.Epochs[1].ReignId = 0; break;
            case "gap": theirs.Chunks[1].Offset++; break;
            case "overlap": theirs.Chunks[1].Offset--; break;
            case "empty chunk": theirs.Chunks[0].Length = 0; break;
            case "chunk too long": theirs.Chunks[1].Length = SnapshotChunk.MaxLength + 1; break;
            case "short hash": theirs.Chunks[1].Sha256 = ByteString.CopyFrom(new byte[31]); break;
            case "records": theirs.Records++; break;
            case "memory too large": theirs.RequestsRemembered = RequestMemory.MaxCapacity + 1; break;
            case "forgotten what is to come": theirs.ForgottenThrough = theirs.Index + 1; break;
        }

        var refusal = Assert.Throws<MalformedPayloadException>(() => ManifestCodec.Decode(theirs.ToByteArray()));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private static SnapshotManifest ManifestOf(ulong history, ulong digest, uint crc, long timestamp, EpochTable epochs, ImmutableArray<SnapshotChunk> chunks) => new(
        new HistoryId(history), new LogTail(new LogPosition(epochs.Last.Epoch, Math.Max(epochs.Last.FirstIndex, long.MaxValue / 2)), crc, timestamp), epochs,
        new Configuration([new Voter(1, "one"), new Voter(2, "two")], 1), new StateDigest(digest), chunks.Sum(chunk => (long)chunk.Records), chunks);

    private static EpochTable TableOf(int reigns, ulong[] steps)
    {
        var table = EpochTable.Empty;
        for (var i = 0; i < reigns; i++)
        {
            table = table.With(new EpochRow(
                new Epoch(table.Last.Epoch.Number + 1 + (uint)(steps[i] % 1000)), steps[i] + 1, table.Last.FirstIndex + 1 + (long)(steps[i] % (1UL << 58)), (uint)steps[i]));
        }
        return table;
    }

    private static ImmutableArray<SnapshotChunk> ChunksOf(List<int> lengths, int[] records)
    {
        var chunks = ImmutableArray.CreateBuilder<SnapshotChunk>();
        var offset = 16L;
        for (var i = 0; i < lengths.Count; offset += lengths[i], i++)
            chunks.Add(new SnapshotChunk(offset, lengths[i], [.. Enumerable.Range(i, 32).Select(value => (byte)value)], records[i]));
        return chunks.ToImmutable();
    }

    private static Protos.V1.SnapshotManifest Theirs(SnapshotManifest ours)
    {
        var digest = new byte[16];
        ours.Digest.Write(digest);
        var theirs = new Protos.V1.SnapshotManifest
        {
            HistoryId = ByteString.CopyFrom(ours.History.ToArray()),
            Epoch = ours.Position.Epoch.Number,
            Index = (ulong)ours.Position.Index,
            Crc = ours.Tail.Crc,
            TimestampMicros = (ulong)ours.Tail.TimestampMicros,
            Configuration = ConfigurationEntry.Parser.ParseFrom(ours.Configuration.ToArray()),
            Digest = ByteString.CopyFrom(digest),
            Records = (ulong)ours.Records,
            RequestsRemembered = (uint)ours.RequestsRemembered,
            ForgottenThrough = (ulong)ours.ForgottenThrough,
        };
        theirs.Epochs.AddRange(ours.Epochs.Rows.Select(row => new EpochTableRow
        {
            Epoch = row.Epoch.Number, ReignId = row.ReignId, FirstIndex = (ulong)row.FirstIndex, PreviousCrc = row.PreviousCrc,
        }));
        theirs.Chunks.AddRange(ours.Chunks.Select(chunk => new Protos.V1.SnapshotChunk
        {
            Offset = (ulong)chunk.Offset, Length = (uint)chunk.Length, Sha256 = ByteString.CopyFrom(chunk.Sha256.AsSpan()), Records = (uint)chunk.Records,
        }));
        return theirs;
    }
}
