using System.Runtime.InteropServices;
using System.Text;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.Log;
using Replication.Core.Records;
using Replication.Core.Snapshots;

namespace Replication.Core.Tests.Database;

/// <summary>A digest in the log that does not agree: with memory, with a snapshot, or with everything that a node has.</summary>
public sealed class DigestMismatchTests
{
    private readonly Lineage _lineage = new();
    private readonly MemoryFileSystem _files = new();

    [Fact]
    public void Doubted_memory_is_not_shown_and_is_replaced_by_what_the_files_make()
    {
        using var node = Primary();
        node.Commit("a", "1");
        node.LogDigest();
        var sound = node.Database.State;

        Doubt(node.Database);

        Assert.Equal((0L, DigestStanding.Doubted), (node.Database.State.Index, node.Database.Standing));
        var shownWhenCounted = -1L;
        Assert.Empty(node.Database.Replay(_ => shownWhenCounted = node.Database.State.Index));
        Assert.Equal(0, shownWhenCounted);
        Assert.Equal((sound.Tail, sound.Digest, DigestStanding.Sound), (node.Database.State.Tail, node.Database.State.Digest, node.Database.Standing));
        Assert.NotSame(sound, node.Database.State);
        _lineage.AssertHeldBy(node.Database);
    }

    [Fact]
    public void No_snapshot_is_written_of_memory_that_is_doubted_or_was()
    {
        using var node = Primary();
        node.Commit("a", "1");
        node.Commit("b", "2");
        var wrong = Without(node.Database.State, "a");

        Doubt(node.Database);
        Assert.Throws<SnapshotRefusedException>(() => node.Database.TakeSnapshot(ReadView.Open(wrong), FollowerNeeds.Unknown, CancellationToken.None));
        node.Database.Replay();
        Assert.Throws<SnapshotRefusedException>(() => node.Database.TakeSnapshot(ReadView.Open(wrong), FollowerNeeds.Unknown, CancellationToken.None));

        Assert.Equal(node.Database.State.Position, node.TakeSnapshot().Position);
    }

    [Fact]
    public void No_snapshot_is_written_of_an_entry_that_is_not_in_the_log()
    {
        using var node = Primary();
        node.Commit("a", "1");
        var state = node.Database.State;
        // As a state of a log that a bootstrap replaced: the same index, another entry; or one that this log never had.
        var other = With(state, state.Tail with { Crc = state.Tail.Crc ^ 1 });
        var beyond = With(state, state.Tail with { Position = state.Position with { Index = state.Index + 1 } });

        foreach (var wrong in (DatabaseState[])[other, beyond, DatabaseState.Empty])
            Assert.Throws<SnapshotRefusedException>(() => node.Database.TakeSnapshot(ReadView.Open(wrong), FollowerNeeds.Unknown, CancellationToken.None));

        Assert.Equal([], _files.List(TestNode.Layout.Snapshots));
        Assert.Equal(state.Position, node.TakeSnapshot().Position);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_snapshot_is_written_of_a_record_that_changed_in_memory_and_a_replica_doubts_all_of_it(bool writes)
    {
        using (var first = Primary())
        {
            first.Commit("a", "1");
            first.Close();
        }
        using var node = TestNode.Open(_files, _lineage, withHistory: writes);
        Flip(node.Database.State, "a");

        Assert.Throws<SnapshotRefusedException>(node.TakeSnapshot);

        Assert.Equal((writes ? DigestStanding.Sound : DigestStanding.Doubted, writes ? _lineage.End : 0), (node.Database.Standing, node.Database.State.Index));
        node.Database.Publish(node.Database.State);
        Assert.Equal([], _files.List(TestNode.Layout.Snapshots));
        node.Database.Replay();
        _lineage.AssertHeldBy(node.Database);
        Assert.Equal(node.Database.State.Position, node.TakeSnapshot().Position);
    }

    [Fact]
    public void A_primary_whose_own_log_does_not_agree_does_not_start_and_changes_nothing()
    {
        WriteWrongDigest();
        var before = Files();

        var refusal = Assert.Throws<DataDirectoryException>(() => TestNode.Open(_files, _lineage));

        Assert.Contains("must not write on", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [Fact]
    public void A_replica_whose_own_log_does_not_agree_holds_at_the_last_digest_that_did_however_often_it_starts()
    {
        var (agreed, wrong) = WriteWrongDigest();
        for (var start = 0; start < 3; start++)
        {
            using var node = TestNode.Open(_files, _lineage, withHistory: false);

            Assert.Equal((DigestStanding.Holding, agreed), (node.Database.Standing, node.Database.State.Index));
            Assert.Equal((agreed, wrong), (node.Database.Hold!.Agreed.Index, node.Database.Hold.Position.Index));
            Assert.Equal(wrong, node.Database.Log!.Log.Durable.Index);
            Assert.Throws<SnapshotRefusedException>(node.TakeSnapshot);
        }
    }

    [Fact]
    public void A_snapshot_that_was_written_from_wrong_memory_is_passed_over_for_an_older_one()
    {
        long end;
        using (var node = Primary())
        {
            node.Commit("a", "1");
            node.TakeSnapshot();
            node.Commit("b", "2");
            var wrong = Without(node.Database.State, "a");
            SnapshotWriter.Write(_files, TestNode.Layout.Snapshots, node.Database.History, ReadView.Open(wrong), CancellationToken.None);
            node.LogDigest();
            node.Close();
            end = node.Database.State.Index;
        }

        using var again = TestNode.Open(_files, _lineage);

        Assert.Equal((end, DigestStanding.Sound), (again.Database.State.Index, again.Database.Standing));
        _lineage.AssertHeldBy(again.Database);
        Assert.Contains("wrong memory", Assert.Single(again.Database.Opening.Damaged).Message, StringComparison.Ordinal);
        Assert.Single(again.Database.Snapshots.NewestFirst);
    }

    [Fact]
    public void Without_any_digest_that_agreed_a_node_holds_at_its_oldest_snapshot()
    {
        long oldest;
        using (var node = Primary())
        {
            node.Commit("a", "1");
            oldest = node.TakeSnapshot().Position.Index;
            node.Commit("b", "2");
            node.TakeSnapshot();
            Flip(node.Database.State, "a");
            node.Commit("a", "2");
            node.LogDigest();
            node.Close();
        }

        using var again = TestNode.Open(_files, _lineage, withHistory: false);

        Assert.Equal((oldest, oldest), (again.Database.State.Index, again.Database.Hold!.Agreed.Index));
        Assert.Equal(2, again.Database.Snapshots.NewestFirst.Count);
    }

    private static void Doubt(LocalDatabase database) => database.Doubt(database.State.Position);

    // What memory would be that lost a record without knowing.
    private static DatabaseState With(DatabaseState state, LogTail tail) => new(tail, state.Collections, state.Digest, state.Records, state.Epochs, state.Configuration, state.Memory, state.Version);

    private static DatabaseState Without(DatabaseState state, string key)
    {
        var wrong = new StateBuilder(DatabaseState.Empty, new DigestHistory(1));
        foreach (var collection in state.Collections.Values)
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
                if (!cursor.Current.Key.SequenceEqual(Encoding.UTF8.GetBytes(key)))
                    wrong.Load(SectionOf(collection, cursor.Current));
        wrong.LoadEnd(state.Tail, state.Epochs, state.Configuration);
        return wrong.Freeze();
    }

    private static void Flip(DatabaseState state, string key)
    {
        var bytes = state.Collections[Changes.Collection].Records.Find(Encoding.UTF8.GetBytes(key)).Value;
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)[0] ^= 1;
    }

    private static ChunkSection SectionOf(Collection collection, Core.Records.Record record)
    {
        byte[] bytes = [.. record.Key, .. record.Value];
        return new ChunkSection(collection.Name, collection.Kind, bytes, new[] { new RecordBytes(0, record.Key.Length, record.Key.Length, record.Value.Length, record.Index) });
    }

    private TestNode Primary()
    {
        var node = TestNode.Open(_files, _lineage);
        node.BeginReign();
        return node;
    }

    // A primary with bad memory: the value that it takes out of its digest is not the one it had put in.
    private (long Agreed, long Wrong) WriteWrongDigest()
    {
        using var node = Primary();
        node.Commit("a", "1");
        node.LogDigest();
        var agreed = node.Database.State.Index;
        node.Commit("b", "1");
        Flip(node.Database.State, "a");
        node.Commit("a", "2");
        node.LogDigest();
        node.Close();
        return (agreed, node.Database.State.Index);
    }

    private string[] Files() => [.. _files.Disk.Files.Where(path => !path.EndsWith("/lock", StringComparison.Ordinal)).Select(path => $"{path} {Convert.ToHexString(_files.Disk.Content(path))}")];
}
