using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Core.Tests.Kit;
using static Replication.Core.Tests.Kit.TestPrimary;

namespace Replication.Core.Tests.Snapshots;

public sealed class SnapshotCatalogueTests
{
    private const string Directory = "/data/snapshots";

    [Fact]
    public void Two_snapshots_are_kept_newest_first()
    {
        var (files, primary) = New();
        var catalogue = new SnapshotCatalogue(files, Directory);

        TakeSnapshots(files, primary, 4, manifest => catalogue.Add(manifest, []));

        Assert.Equal([5, 4], catalogue.NewestFirst.Select(manifest => (int)manifest.Position.Index));
        Assert.Equal(["4.manifest", "4.snapshot", "5.manifest", "5.snapshot"], files.List(Directory).Select(name => name.TrimStart('0')));
        Assert.Equal([5, 4], new SnapshotCatalogue(files, Directory).NewestFirst.Select(manifest => (int)manifest.Position.Index));
    }

    [Fact]
    public void A_snapshot_taken_again_at_the_same_index_takes_the_place_of_the_first()
    {
        var (files, primary) = New();
        var catalogue = new SnapshotCatalogue(files, Directory);
        var first = TakeSnapshots(files, primary, 1).Single();
        catalogue.Add(first, []);

        catalogue.Add(SnapshotWriter.Write(files, Directory, TestLog.History, ReadView.Open(primary.Published), CancellationToken.None), []);

        Assert.Single(catalogue.NewestFirst);
        StateFacts.AssertSame(primary.Published, SnapshotReader.Load(files, catalogue.DataPath(catalogue.NewestFirst[0]), catalogue.NewestFirst[0]));
    }

    [Fact]
    public void A16_Left_over_files_are_removed_and_unknown_files_stay()
    {
        var (files, primary) = New();
        TakeSnapshots(files, primary, 1);
        string[] unknown = ["notes.txt", "holiday.snapshot", "7.snapshot", "other.manifest", "000000000000000000aa.snapshot"];
        string[] leftOver = ["00000000000000000009.snapshot", "00000000000000000009.snapshot.tmp", "00000000000000000002.manifest.tmp"];
        foreach (var name in unknown.Concat(leftOver)) files.Create(Path.Combine(Directory, name), FileLabel.Layout).Dispose();

        var catalogue = new SnapshotCatalogue(files, Directory);
        catalogue.RemoveLeftovers();

        Assert.Equal(
            unknown.Concat(["00000000000000000002.manifest", "00000000000000000002.snapshot"]).Order(StringComparer.Ordinal), files.List(Directory));
        Assert.Single(catalogue.NewestFirst);
        Assert.Empty(catalogue.Damaged);
    }

    [Fact]
    public void A6_A_damaged_manifest_is_reported_and_stays_while_the_older_snapshot_is_offered()
    {
        var (files, primary) = New();
        TakeSnapshots(files, primary, 2);
        using (var file = files.Open(Path.Combine(Directory, "00000000000000000003.manifest"), FileLabel.Layout)) file.Write([0xFF], 20, FileLabel.Layout);

        var catalogue = new SnapshotCatalogue(files, Directory);

        Assert.Equal([2], catalogue.NewestFirst.Select(manifest => (int)manifest.Position.Index));
        Assert.Contains("00000000000000000003.manifest", Assert.Single(catalogue.Damaged).File, StringComparison.Ordinal);
        Assert.Equal(4, files.List(Directory).Count);
    }

    [Fact]
    public void A8_A_manifest_under_the_name_of_another_is_reported()
    {
        var (files, primary) = New();
        TakeSnapshots(files, primary, 1);
        files.Rename(Path.Combine(Directory, "00000000000000000002.manifest"), Path.Combine(Directory, "00000000000000000007.manifest"), FileLabel.Layout);

        var catalogue = new SnapshotCatalogue(files, Directory);

        Assert.Contains("it is the manifest of a snapshot at 1/2", Assert.Single(catalogue.Damaged).Message, StringComparison.Ordinal);
        Assert.Empty(catalogue.NewestFirst);
    }

    [Fact]
    public void A_snapshot_of_a_newer_version_is_refused()
    {
        var (files, primary) = New();
        TakeSnapshots(files, primary, 1);
        using (var file = files.Open(Path.Combine(Directory, "00000000000000000002.manifest"), FileLabel.Layout)) file.Write([2], 8, FileLabel.Layout);

        Assert.Contains("snapshot format version 2", Assert.Throws<UnsupportedFormatException>(() => new SnapshotCatalogue(files, Directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A18_Whatever_survives_a_power_loss_while_snapshots_come_and_go_is_whole_and_as_new_as_what_was_acknowledged()
    {
        var (files, primary) = New();
        var catalogue = new SnapshotCatalogue(files, Directory);
        var written = new List<(int Operations, long Index)>();
        TakeSnapshots(files, primary, 4, manifest =>
        {
            written.Add((files.Operations, manifest.Position.Index));
            catalogue.Add(manifest, []);
        });

        for (var operations = 3; operations <= files.Operations; operations++)
        {
            foreach (var loss in PowerLoss.All)
            {
                var found = new MemoryFileSystem(MemoryFileSystem.Replay(files.Journal.Take(operations)).AfterPowerLoss(loss));
                var after = new SnapshotCatalogue(found, Directory);
                Assert.Empty(after.Damaged);
                Assert.True((after.NewestFirst is [var newest, ..] ? newest.Position.Index : 0) >= written.LastOrDefault(entry => entry.Operations <= operations).Index);
                foreach (var manifest in after.NewestFirst)
                    Assert.Equal(manifest.Digest, SnapshotReader.Load(found, after.DataPath(manifest), manifest).Digest);
            }
        }
    }

    [Fact]
    public void A12_A_snapshot_whose_writing_fails_at_any_operation_leaves_the_older_one_and_can_be_written_again()
    {
        for (var number = 1; ; number++)
        {
            var (files, primary) = New();
            TakeSnapshots(files, primary, 1);
            primary.Accept(Put("a", "last", "1"));
            primary.Publish();
            var fault = files.Fault = new FileFault(number) { LeavesHalf = true };
            var failure = Xunit.Record.Exception(() => SnapshotWriter.Write(files, Directory, TestLog.History, ReadView.Open(primary.Published), CancellationToken.None));
            if (!fault.Fired) break;
            Assert.IsType<IOException>(failure);
            files.Fault = null;

            var catalogue = new SnapshotCatalogue(files, Directory);
            Assert.Empty(catalogue.Damaged);
            Assert.Equal(2, catalogue.NewestFirst[^1].Position.Index);
            var again = SnapshotWriter.Write(files, Directory, TestLog.History, ReadView.Open(primary.Published), CancellationToken.None);
            StateFacts.AssertSame(primary.Published, SnapshotReader.Load(files, catalogue.DataPath(again), again));
        }
    }

    private static (MemoryFileSystem Files, TestPrimary Primary) New()
    {
        var files = new MemoryFileSystem();
        files.CreateDirectory(Directory, FileLabel.Layout);
        files.SyncDirectory("/", FileLabel.Layout);
        files.SyncDirectory("/data", FileLabel.Layout);
        return (files, new TestPrimary());
    }

    private static List<SnapshotManifest> TakeSnapshots(MemoryFileSystem files, TestPrimary primary, int count, Action<SnapshotManifest>? taken = null)
    {
        var manifests = new List<SnapshotManifest>();
        for (var i = 0; i < count; i++)
        {
            primary.Accept(Put("a", $"k{i}", $"\"{new string('v', 700)}\""));
            primary.Publish();
            manifests.Add(SnapshotWriter.Write(files, Directory, TestLog.History, ReadView.Open(primary.Published), CancellationToken.None));
            taken?.Invoke(manifests[^1]);
        }
        return manifests;
    }
}
