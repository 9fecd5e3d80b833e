using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Following;

public sealed class FrameIntakeTests
{
    private readonly byte[] _frames = Frames(entries: 5);
    private readonly List<long> _taken = [];

    [Fact]
    public void Whole_frames_are_taken_in_order_and_the_reign_is_noted()
    {
        var intake = NewIntake();

        intake.Take(_frames, continued: false, Note);

        Assert.Equal([1, 2, 3, 4, 5, 6], _taken);
        Assert.Equal(new Epoch(1), intake.Epochs.Last.Epoch);
    }

    [Fact]
    public void A_frame_may_come_in_any_pieces()
    {
        for (var cut = 1; cut < _frames.Length; cut++)
        {
            _taken.Clear();
            var intake = NewIntake();

            intake.Take(_frames.AsSpan(0, cut), continued: true, Note);
            intake.Take(_frames.AsSpan(cut), continued: false, Note);

            Assert.Equal(6, _taken.Count);
        }
    }

    [Fact]
    public void A38_Every_flipped_bit_is_found_before_the_frame_is_taken()
    {
        for (var position = 0; position < _frames.Length; position++)
        {
            _taken.Clear();
            var changed = _frames.ToArray();
            changed[position] ^= 0x10;

            Assert.Throws<StreamDamagedException>(() => NewIntake().Take(changed, continued: false, Note));

            Assert.True(_taken.Count < 6);
        }
    }

    [Fact]
    public void A24_A_skipped_and_a_repeated_frame_are_found()
    {
        var first = FrameHeader.Read(_frames).Length;
        var second = FrameHeader.Read(_frames.AsSpan(first)).Length;
        byte[] skipped = [.. _frames[..first], .. _frames[(first + second)..]];
        byte[] repeated = [.. _frames[..first], .. _frames[..first]];

        Assert.Throws<StreamDamagedException>(() => NewIntake().Take(skipped, continued: false, Note));
        Assert.Throws<StreamDamagedException>(() => NewIntake().Take(repeated, continued: false, Note));
    }

    [Fact]
    public void A89_An_entry_of_an_unknown_kind_stops_the_replica_before_it_and_says_what_to_do()
    {
        var intake = NewIntake();
        intake.Take(_frames, continued: false, Note);

        var stopped = Assert.Throws<UnsupportedFormatException>(() => intake.Take(Frame(intake.Tail, (EntryKind)(EntryKinds.Newest + 1)), continued: false, Note));

        Assert.Contains("start a newer version", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(6, _taken[^1]);
    }

    [Fact]
    public void A89_An_entry_of_an_unknown_kind_that_may_be_passed_over_is_taken_and_changes_nothing()
    {
        var applier = new CommittedApplier(new StateBuilder(DatabaseState.Empty, new DigestHistory(16)));
        var intake = NewIntake();
        intake.Take(_frames, continued: false, applier.Take);
        applier.MoveCommitIndex(6);
        var before = applier.Freeze();

        intake.Take(Frame(intake.Tail, (EntryKind)(EntryKinds.Optional | 77)), continued: false, applier.Take);
        applier.MoveCommitIndex(7);

        Assert.Equal((7, before.Digest, before.Records), (applier.Applied, applier.Freeze().Digest, applier.Freeze().Records));
    }

    [Fact]
    public void An_entry_is_shown_only_once_it_is_known_to_be_committed()
    {
        var applier = new CommittedApplier(new StateBuilder(DatabaseState.Empty, new DigestHistory(16)));
        NewIntake().Take(_frames, continued: false, applier.Take);
        Assert.Equal(0, applier.Applied);

        applier.MoveCommitIndex(4);
        Assert.Equal(4, applier.Applied);
        applier.MoveCommitIndex(2);
        Assert.Equal(4, applier.Applied);
        applier.MoveCommitIndex(6);

        Assert.Equal(6, applier.Applied);
        Assert.Equal(5, applier.Freeze().Records);
    }

    private static byte[] Frame(LogTail before, EntryKind kind)
    {
        var batch = new LogBatch();
        batch.Restart(before);
        batch.Payload(3).Fill(7);
        batch.Seal(3, new Epoch(1), kind, 0);
        return batch.Frames.ToArray();
    }

    private static FrameIntake NewIntake() => new(LogTail.Start, EpochTable.Empty);

    private static byte[] Frames(int entries)
    {
        var pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));
        pipeline.Append(EntryKind.EpochStart, new EpochStart(9, 1, "primary").ToArray(), 1);
        for (var i = 0; i < entries; i++)
            Assert.IsType<CommitOutcome.Committed>(pipeline.Decide(new CheckedTransaction(new Transaction([Operation.Put("docs", new[] { (byte)('a' + i) }, "1"u8.ToArray())]), []), 2));
        return pipeline.TakeBatch().Batch.Frames.ToArray();
    }

    private void Note(ReadOnlySpan<byte> frame, in FrameHeader header) => _taken.Add(header.Index);
}
