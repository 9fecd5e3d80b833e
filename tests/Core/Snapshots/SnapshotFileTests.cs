using System.Security.Cryptography;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Snapshots;

public sealed class SnapshotFileTests
{
    private const string Directory = "/data/snapshots";

    private readonly MemoryFileSystem _files = new();
    private readonly TestPrimary _primary = new();

    public SnapshotFileTests()
    {
        _files.CreateDirectory(Directory, FileLabel.Layout);
        _files.SyncDirectory("/", FileLabel.Layout);
        _files.SyncDirectory("/data", FileLabel.Layout);
    }

    [Fact]
    public void A_snapshot_read_back_is_the_state_that_was_written()
    {
        Fill(records: 1_000, valueBytes: 50);
        _primary.Accept(Operation.Create("empty-one", CollectionKind.Bytes), Operation.Create("a", CollectionKind.Json), Operation.Create("zz", CollectionKind.Json));
        _primary.Pipeline.AppendDigest(1);
        _primary.Publish();

        var manifest = Write();

        StateFacts.AssertSame(_primary.Published, Load(manifest));
        Assert.Equal(["00000000000000000005.manifest", "00000000000000000005.snapshot"], _files.List(Directory));
        Assert.Single(manifest.Chunks);
        Assert.Equal(1_000, manifest.Records);
    }

    [Theory]
    [InlineData(1, SnapshotWriter.ChunkBytes, 1)]
    [InlineData(500, SnapshotWriter.ChunkBytes, 1)]
    [InlineData(500, 300, 20)]
    public void The_remembered_requests_are_in_chunks_of_their_own(int remembered, int chunkBytes, int leastChunks)
    {
        var primary = new TestPrimary(requestsRemembered: remembered);
        for (var i = 0; i < 600; i++) primary.Decide(new Transaction([Put("c", "k", "1")], Utf8($"request-{i}")));
        primary.Publish();

        using var view = ReadView.Open(primary.Published);
        var manifest = SnapshotWriter.Write(_files, Directory, TestLog.History, view, CancellationToken.None, chunkBytes);

        var loaded = Load(SnapshotReader.ReadManifest(_files, Path.Combine(Directory, manifest.FileName)));
        StateFacts.AssertSame(primary.Published, loaded);
        Assert.Equal((remembered, 601L - remembered), (loaded.Requests.Count, loaded.Requests.ForgottenThrough));
        Assert.InRange(manifest.Chunks.Length - 1, leastChunks, 10 * leastChunks);
        Assert.All(manifest.Chunks[1..], chunk => Assert.Equal(0, chunk.Records));
        var data = _files.Disk.Content(Path.Combine(Directory, manifest.DataName));
        var told = manifest.Chunks[1..].SelectMany(chunk => Protos.V1.SnapshotChunkContent.Parser.ParseFrom(data, (int)chunk.Offset, chunk.Length).Requests);
        Assert.Equal(
            Enumerable.Range(600 - remembered, remembered).Select(i => ($"request-{i}", (ulong)i + 2)),
            told.Select(request => (request.RequestId.ToStringUtf8(), request.Index)));
    }

    [Fact]
    public void A_snapshot_from_before_requests_were_remembered_has_all_of_them_forgotten()
    {
        _primary.Decide(new Transaction([Put("c", "k", "1")], Utf8("request")));
        _primary.Accept(Put("c", "l", "1"));
        _primary.Publish();

        var loaded = Load(Write());

        Assert.Equal((0, 0, 3L), (loaded.Requests.Capacity, loaded.Requests.Count, loaded.Requests.ForgottenThrough));
        Assert.Equal(_primary.Published.Digest, loaded.Digest);
    }

    [Fact]
    public void A_request_that_changed_in_memory_is_not_written()
    {
        var primary = new TestPrimary(requestsRemembered: 10);
        primary.Decide(new Transaction([Put("c", "k", "1")], Utf8("request")));
        primary.Publish();
        var other = new RequestMemoryBuilder(RequestMemory.Empty);
        other.Resize(StateDigest.Empty, 10);
        other.Remember(StateDigest.Empty, "requesT"u8, 2);
        var state = primary.Published;
        var changed = new DatabaseState(state.Tail, state.Collections, state.Digest, state.Records, state.Epochs, state.Configuration, state.Memory, state.Version) { Requests = other.Freeze() };
        using var view = ReadView.Open(changed);

        Assert.Throws<SnapshotRefusedException>(() => SnapshotWriter.Write(_files, Directory, TestLog.History, view, CancellationToken.None));
    }

    [Fact]
    public void An_empty_database_has_a_snapshot_without_chunks()
    {
        var manifest = Write();

        Assert.Empty(manifest.Chunks);
        StateFacts.AssertSame(_primary.Published, Load(manifest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Records_are_cut_into_chunks_of_about_a_mebibyte(int chunks)
    {
        Fill(records: chunks * 1024, valueBytes: 1024);
        _primary.Accept(Put("zz", "k", "1"));
        _primary.Publish();

        var manifest = Write();

        Assert.Equal(chunks, manifest.Chunks.Length - 1);
        Assert.All(manifest.Chunks[..^1], chunk => Assert.InRange(chunk.Length, SnapshotWriter.ChunkBytes, SnapshotWriter.ChunkBytes + 2048));
        StateFacts.AssertSame(_primary.Published, Load(manifest));
    }

    [Fact]
    public void Chunks_that_are_hashed_side_by_side_are_those_of_one_thread_after_the_other()
    {
        Fill(records: 9 * 1024, valueBytes: 1024);
        _primary.Accept(Operation.Create("empty", CollectionKind.Json), Put("zz", "k", "1"));
        _primary.Publish();
        Assert.InRange(_primary.Published.UsedBytes, SnapshotReader.ParallelFromBytes, long.MaxValue);
        var walk = new RecordWalk(_primary.Published, SnapshotWriter.ChunkBytes);
        var builder = new ChunkBuilder();
        var expected = new List<string>();
        while (walk.Fill(builder)) expected.Add(Convert.ToHexString(SHA256.HashData(builder.Take(out _).Span)));

        var manifest = Write();

        Assert.Equal(10, manifest.Chunks.Length);
        Assert.Equal(expected, manifest.Chunks.Select(chunk => Convert.ToHexString(chunk.Sha256.AsSpan())));
        StateFacts.AssertSame(_primary.Published, Load(manifest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9 * 1024)]
    public void Records_that_are_not_those_of_the_digest_are_refused_whoever_hashes_them(int records)
    {
        Fill(records, valueBytes: 1024);
        var state = _primary.Published;
        var changed = new DatabaseState(state.Tail, state.Collections, new StateDigest(state.Digest.Sum + 1), state.Records, state.Epochs, state.Configuration, state.Memory, state.Version);
        using var view = ReadView.Open(changed);

        Assert.Throws<SnapshotRefusedException>(() => SnapshotWriter.Write(_files, Directory, TestLog.History, view, CancellationToken.None));

        Assert.DoesNotContain(_files.List(Directory), name => name.EndsWith(SnapshotManifest.Extension, StringComparison.Ordinal));
    }

    [Fact]
    public void A_changed_byte_in_one_of_many_chunks_that_are_decoded_side_by_side_is_found_and_named()
    {
        Fill(records: 7 * 1024, valueBytes: 1024);
        var manifest = Write();

        _files.Disk.FlipBit(Path.Combine(Directory, manifest.DataName), manifest.Chunks[4].Offset + 700, bit: 3);

        Assert.Contains("chunk 4", Assert.Throws<SnapshotDamagedException>(() => Load(manifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collection_that_ends_with_a_chunk_leaves_no_empty_section_behind()
    {
        Fill(records: 1, valueBytes: SnapshotWriter.ChunkBytes);

        var manifest = Write();

        Assert.Equal([1], manifest.Chunks.Select(chunk => chunk.Records));
        StateFacts.AssertSame(_primary.Published, Load(manifest));
    }

    [Fact]
    public void Values_larger_than_a_chunk_have_a_chunk_each()
    {
        var primary = new TestPrimary(new TransactionLimits { MaxValueBytes = 4 << 20 });
        primary.Accept(
            Operation.Create("b", CollectionKind.Bytes), Operation.Put("b", Utf8("1"), new byte[3 << 20]), Operation.Put("b", Utf8("2"), new byte[10]),
            Operation.Put("b", Utf8("3"), new byte[4 << 20]));
        primary.Publish();

        var manifest = SnapshotWriter.Write(_files, Directory, TestLog.History, ReadView.Open(primary.Published), CancellationToken.None);

        Assert.Equal([1, 2], manifest.Chunks.Select(chunk => chunk.Records));
        StateFacts.AssertSame(primary.Published, Load(manifest));
    }

    [Fact]
    public void The_content_of_a_chunk_is_what_protobuf_says_it_is()
    {
        _primary.Accept(Put("a", "k", "1"), Put("a", "l", "22"), Operation.Create("b", CollectionKind.Bytes));
        _primary.Publish();
        var manifest = Write();

        var content = Protos.V1.SnapshotChunkContent.Parser.ParseFrom(_files.Disk.Content(DataPath(manifest))[16..]);

        Assert.Equal(["a (Json): k=1 @2, l=22 @2", "b (Bytes): "], content.Sections.Select(section =>
            $"{section.Collection} ({section.Kind}): {string.Join(", ", section.Records.Select(record => $"{record.Key.ToStringUtf8()}={record.Value.ToStringUtf8()} @{record.Index}"))}"));
    }

    [Fact]
    public void Writing_ends_between_chunks_when_it_is_cancelled_and_can_begin_again()
    {
        Fill(records: 5_000, valueBytes: 1024);
        using var cancellation = new CancellationTokenSource();
        var writes = 0;
        _files.Done = operation =>
        {
            if (operation.Action == FileAction.Write && ++writes == 3) cancellation.Cancel();
        };

        Assert.Throws<OperationCanceledException>(() => SnapshotWriter.Write(_files, Directory, TestLog.History, ReadView.Open(_primary.Published), cancellation.Token));

        Assert.Equal(["00000000000000000011.snapshot.tmp"], _files.List(Directory));
        Assert.Equal(3, writes);
        StateFacts.AssertSame(_primary.Published, Load(Write()));
    }

    [Fact]
    public void A6_Every_changed_byte_of_a_data_file_is_noticed()
    {
        Fill(records: 3, valueBytes: 20);
        var manifest = Write();
        var whole = _files.Disk.Content(DataPath(manifest));

        for (var offset = 0; offset < whole.Length; offset++)
        {
            byte[] changed = [.. whole];
            changed[offset] ^= 0x41;
            AssertRefused(offset, () => LoadFrom(changed, manifest));
        }
    }

    [Fact]
    public void A6_Every_changed_byte_of_a_manifest_is_noticed()
    {
        Fill(records: 3, valueBytes: 20);
        var manifest = Write();
        var whole = _files.Disk.Content(ManifestPath(manifest));

        for (var offset = 0; offset < whole.Length; offset++)
        {
            byte[] changed = [.. whole];
            changed[offset] ^= 0x41;
            AssertRefused(offset, () => ReadManifestFrom(changed));
        }
    }

    [Fact]
    public void A8_Every_other_length_of_either_file_is_noticed()
    {
        Fill(records: 3, valueBytes: 20);
        var manifest = Write();
        var (data, head) = (_files.Disk.Content(DataPath(manifest)), _files.Disk.Content(ManifestPath(manifest)));

        for (var length = 0; length < data.Length; length++) Assert.Throws<SnapshotDamagedException>(() => LoadFrom(data[..length], manifest));
        for (var length = 0; length < head.Length; length++) Assert.Throws<SnapshotDamagedException>(() => ReadManifestFrom(head[..length]));
        Assert.Throws<SnapshotDamagedException>(() => LoadFrom([.. data, 0], manifest));
        Assert.Throws<SnapshotDamagedException>(() => ReadManifestFrom([.. head, 0]));
    }

    [Fact]
    public void A8_A_data_file_of_another_snapshot_is_noticed()
    {
        Fill(records: 3, valueBytes: 20);
        var first = Write();
        _primary.Accept(Put("a", "k0", "2"));
        _primary.Publish();
        var second = Write();

        Assert.Contains("is damaged", Assert.Throws<SnapshotDamagedException>(() => LoadFrom(_files.Disk.Content(DataPath(first)), second)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_whose_digest_or_count_is_not_that_of_its_chunks_is_refused()
    {
        Fill(records: 3, valueBytes: 20);
        var manifest = Write();

        var digest = Assert.Throws<SnapshotDamagedException>(() => Load(manifest with { Digest = new StateDigest(1) }));
        Assert.Throws<SnapshotDamagedException>(() => Load(manifest with { Records = 4 }));

        Assert.Contains("3 records", digest.Message, StringComparison.Ordinal);
    }

    private void Fill(int records, int valueBytes)
    {
        _primary.Accept([Operation.Create("c", CollectionKind.Bytes), .. Enumerable.Range(0, Math.Min(records, 500)).Select(number => Record(number, valueBytes))]);
        for (var from = 500; from < records; from += 500)
            _primary.Accept([.. Enumerable.Range(from, Math.Min(500, records - from)).Select(number => Record(number, valueBytes))]);
        _primary.Publish();
    }

    private static Operation Record(int number, int valueBytes) => Operation.Put("c", Utf8($"k{number:D5}"), new byte[valueBytes]);

    private SnapshotManifest Write() => SnapshotWriter.Write(_files, Directory, TestLog.History, ReadView.Open(_primary.Published), CancellationToken.None);

    private DatabaseState Load(SnapshotManifest manifest)
    {
        var read = SnapshotReader.ReadManifest(_files, ManifestPath(manifest));
        Assert.Equal(manifest.Tail, read.Tail);
        return SnapshotReader.Load(_files, DataPath(manifest), manifest);
    }

    private static string DataPath(SnapshotManifest manifest) => Path.Combine(Directory, manifest.DataName);

    private static string ManifestPath(SnapshotManifest manifest) => Path.Combine(Directory, manifest.FileName);

    private static void AssertRefused(int offset, Action read)
    {
        var refusal = Xunit.Record.Exception(read);
        if (offset is >= 8 and < 12) Assert.IsType<UnsupportedFormatException>(refusal);
        else Assert.IsType<SnapshotDamagedException>(refusal);
    }

    private static void LoadFrom(byte[] data, SnapshotManifest manifest) => SnapshotReader.Load(FilesWith(data), "/file", manifest);

    private static void ReadManifestFrom(byte[] bytes) => SnapshotReader.ReadManifest(FilesWith(bytes), "/file");

    private static MemoryFileSystem FilesWith(byte[] bytes)
    {
        var files = new MemoryFileSystem();
        using var file = files.Create("/file", FileLabel.Layout);
        file.Write(bytes, 0, FileLabel.Layout);
        return files;
    }
}
