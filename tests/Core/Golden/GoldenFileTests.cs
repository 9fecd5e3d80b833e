using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Golden;

/// <summary>Format version 1, byte for byte. When one of these fails, the format has changed: that needs a new version, not a new golden file.</summary>
public sealed class GoldenFileTests
{
    private const string Segment = TestLog.Directory + "/00000000000000000001.log";
    private const string Snapshots = "/data/snapshots";

    [Fact]
    public void Log_version_1_is_written_as_it_always_was()
    {
        using var log = TestLog.Create(GoldenDatabase.SegmentBytes);
        GoldenDatabase.Write(log.Log);

        var written = log.Files.Disk.Content(Segment);

        Assert.Equal(Hex(Padded(GoldenFile.Read("log-v1.hex"))), Hex(written));
    }

    [Fact]
    public void Log_version_1_is_read_as_it_always_was()
    {
        using var fresh = TestLog.Create(GoldenDatabase.SegmentBytes);
        var expected = GoldenDatabase.Write(fresh.Log);
        var files = new MemoryFileSystem();
        TestLog.MakeDirectories(files);
        using (var file = files.Create(Segment, FileLabel.Layout)) file.Write(Padded(GoldenFile.Read("log-v1.hex")), 0, FileLabel.Layout);

        var recovered = TestLog.Open(files, GoldenDatabase.SegmentBytes);

        using var log = recovered.Log;
        Assert.Equal((4L, TestLog.History, 4L), (recovered.CommitIndex, log.History, log.Durable.Index));
        Assert.Null(recovered.TornTail);
        var state = new StateBuilder(DatabaseState.Empty, new DigestHistory(16));
        foreach (var frame in TestLog.ReadAll(log)) state.Apply(FrameHeader.Read(frame), FrameReader.Payload(frame));
        StateFacts.AssertSame(expected, state.Freeze());
        Assert.Equal(["blobs (Bytes)", "blobs/b = 00FF @ 3", "orders (Json)", "orders/o-1 = 7B22746F74616C223A31327D @ 3"], StateFacts.Lines(expected));
        Assert.Equal("alpha beta", string.Join(' ', expected.Configuration.Voters.Select(voter => voter.NodeName)));
    }

    [Fact]
    public void Snapshot_version_1_is_written_as_it_always_was()
    {
        var (files, manifest, _) = WriteSnapshot();

        Assert.Equal(Hex(GoldenFile.Read("snapshot-v1.hex")), Hex(files.Disk.Content(Path.Combine(Snapshots, manifest.DataName))));
        Assert.Equal(Hex(GoldenFile.Read("manifest-v1.hex")), Hex(files.Disk.Content(Path.Combine(Snapshots, manifest.FileName))));
    }

    [Fact]
    public void Snapshot_version_1_is_read_as_it_always_was()
    {
        var (_, _, expected) = WriteSnapshot();
        var files = new MemoryFileSystem();
        files.CreateDirectory(Snapshots, FileLabel.Layout);
        using (var file = files.Create(Snapshots + "/00000000000000000004.snapshot", FileLabel.Layout)) file.Write(GoldenFile.Read("snapshot-v1.hex"), 0, FileLabel.Layout);
        using (var file = files.Create(Snapshots + "/00000000000000000004.manifest", FileLabel.Layout)) file.Write(GoldenFile.Read("manifest-v1.hex"), 0, FileLabel.Layout);

        var catalogue = new SnapshotCatalogue(files, Snapshots);

        var manifest = Assert.Single(catalogue.NewestFirst);
        Assert.Equal(TestLog.History, manifest.History);
        StateFacts.AssertSame(expected, SnapshotReader.Load(files, catalogue.DataPath(manifest), manifest));
    }

    private static (MemoryFileSystem Files, SnapshotManifest Manifest, DatabaseState State) WriteSnapshot()
    {
        using var log = TestLog.Create(GoldenDatabase.SegmentBytes);
        var state = GoldenDatabase.Write(log.Log);
        log.Files.CreateDirectory(Snapshots, FileLabel.Layout);
        return (log.Files, SnapshotWriter.Write(log.Files, Snapshots, TestLog.History, ReadView.Open(state), CancellationToken.None), state);
    }

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[GoldenDatabase.SegmentBytes - bytes.Length]];

    private static string Hex(byte[] bytes) => string.Join('\n', Convert.ToHexStringLower(bytes).Chunk(64).Select(line => new string(line)));
}
