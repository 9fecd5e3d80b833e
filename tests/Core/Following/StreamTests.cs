using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Following;

/// <summary>Both ends of a stream, one against the other, without network, clock or disk.</summary>
public sealed class StreamTests : IDisposable
{
    private static readonly SendLimits Limits = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), MessageBytes: 256);

    private readonly TestLog _log = TestLog.Create(64 * 1024);
    private readonly StreamSender _sender;
    private readonly List<long> _appended = [];
    private readonly StreamReceiver _receiver;

    public StreamTests()
    {
        var hello = new Hello(1, 1, TestLog.History, 2, "replica", "", 1, 1, FollowerKind.Reader, EpochTable.Empty, LogPosition.Start, 0);
        var progress = new FollowerProgress(hello);
        progress.Open(hello, new FollowAnswer.Resume(1), TimeSpan.Zero);
        _sender = new StreamSender(progress, Limits, TimeSpan.Zero);
        _receiver = new StreamReceiver(new StreamIntake(LogTail.Start, EpochTable.Empty), DatabaseState.Empty, new DigestHistory(16), (frame, in header) => _appended.Add(header.Index));
        _log.Append(0);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_session_begins_with_a_heartbeat_and_then_sends_what_is_durable()
    {
        Assert.Equal(SendStep.Heartbeat, _sender.Next(durable: 1, commitIndex: 0, TimeSpan.Zero));
        _sender.Heartbeat(1, 0, TimeSpan.Zero, TimeSpan.Zero);

        Assert.Equal(SendStep.Frames, _sender.Next(1, 0, TimeSpan.Zero));
        Send(1, commitIndex: 0);

        Assert.Equal(SendStep.Wait, _sender.Next(1, 0, TimeSpan.Zero));
        Assert.Equal([1], _appended);
    }

    [Fact]
    public void The_first_acknowledgement_and_the_one_behind_a_bootstrap_are_echoed_at_once()
    {
        var now = TimeSpan.FromMilliseconds(100);
        Assert.Null(_sender.Acknowledge(new Acknowledgement(0, 0, 0, 5, new TransferProgress(1, 10)), 0, now));
        Assert.Equal(SendStep.Heartbeat, _sender.Next(0, 0, now));
        Assert.Equal(5UL, _sender.Heartbeat(0, 0, TimeSpan.Zero, now).EchoedStamp);

        Assert.Null(_sender.Acknowledge(new Acknowledgement(0, 0, 0, 6, new TransferProgress(9, 10)), 0, now));
        Assert.Equal(SendStep.Wait, _sender.Next(0, 0, now));
        Assert.Null(_sender.Acknowledge(new Acknowledgement(0, 0, 0, 7), 0, now));
        Assert.Equal(SendStep.Heartbeat, _sender.Next(0, 0, now));
        Assert.Equal(7UL, _sender.Heartbeat(0, 0, TimeSpan.Zero, now).EchoedStamp);
        Assert.Null(_sender.Acknowledge(new Acknowledgement(0, 0, 0, 8), 0, now));

        Assert.Equal(SendStep.Wait, _sender.Next(0, 0, now));
    }

    [Fact]
    public void What_is_not_committed_is_taken_in_and_not_shown_until_a_heartbeat_says_so()
    {
        Send(1, commitIndex: 0);
        Assert.Null(_receiver.Newer(DatabaseState.Empty));
        Assert.Equal(_log.Frames[0].Length, _receiver.WaitingBytes);

        Assert.Equal(SendStep.Heartbeat, _sender.Next(1, commitIndex: 1, TimeSpan.Zero));
        _receiver.Take(_sender.Heartbeat(1, 1, TimeSpan.Zero, TimeSpan.Zero));

        Assert.Equal(1, _receiver.Newer(DatabaseState.Empty)?.Index);
        Assert.Equal(0, _receiver.WaitingBytes);
        Assert.Equal(SendStep.Wait, _sender.Next(1, 1, TimeSpan.Zero));
    }

    [Fact]
    public void The_commit_index_announced_is_never_beyond_what_was_sent()
    {
        Assert.Equal(0, _sender.Heartbeat(1, commitIndex: 1, TimeSpan.Zero, TimeSpan.Zero).CommitIndex);
        using var cursor = _log.Log.OpenCursor(1);

        Assert.All(_sender.Frames(cursor.Read(1), commitIndex: 500), frames => Assert.Equal(1, frames.CommitIndex));
    }

    [Fact]
    public void A_large_entry_comes_in_pieces_and_counts_only_when_it_is_whole()
    {
        Send(1, commitIndex: 1);
        _log.Append(1000);
        using var cursor = _log.Log.OpenCursor(2);

        var pieces = _sender.Frames(cursor.Read(2), commitIndex: 1).ToList();
        Assert.Equal(5, pieces.Count);
        Assert.All(pieces, piece => Assert.InRange(piece.Data.Length, 1, Limits.MessageBytes));
        Assert.Equal([true, true, true, true, false], pieces.Select(piece => piece.Continued));
        foreach (var piece in pieces[..^1]) _receiver.Take(piece);
        Assert.Equal([1], _appended);
        _receiver.Take(pieces[^1]);

        Assert.Equal([1, 2], _appended);
    }

    [Fact]
    public void A_path_that_changed_is_said_at_once_and_every_heartbeat_has_it()
    {
        _sender.TakePath(UpstreamPath.OfPrimary(1), TimeSpan.Zero);
        Assert.Equal([1UL], _sender.Heartbeat(0, 0, TimeSpan.Zero, TimeSpan.Zero).Path!.Nodes.AsEnumerable());
        Assert.Equal(SendStep.Wait, _sender.Next(0, 0, TimeSpan.Zero));

        _sender.TakePath(UpstreamPath.OfPrimary(1), TimeSpan.Zero);
        Assert.Equal(SendStep.Wait, _sender.Next(0, 0, TimeSpan.Zero));
        _sender.TakePath(UpstreamPath.OfPrimary(9).Below(1), TimeSpan.Zero);

        Assert.Equal(SendStep.Heartbeat, _sender.Next(0, 0, TimeSpan.Zero));
        Assert.Equal([1UL, 9UL], _sender.Heartbeat(0, 0, TimeSpan.Zero, TimeSpan.Zero).Path!.Nodes.AsEnumerable());
    }

    [Fact]
    public void A_replica_that_says_nothing_is_given_up_and_one_that_acknowledges_is_not()
    {
        _sender.Heartbeat(1, 0, TimeSpan.Zero, TimeSpan.Zero);
        Assert.Equal(SendStep.EndSilent, _sender.Next(1, 0, TimeSpan.FromSeconds(31)));

        Assert.Null(_sender.Acknowledge(new Acknowledgement(0, 0, 0, 5), 1, TimeSpan.FromSeconds(20)));

        Assert.Equal(SendStep.Heartbeat, _sender.Next(1, 0, TimeSpan.FromSeconds(31)));
        Assert.Equal(5UL, _sender.Heartbeat(1, 0, TimeSpan.Zero, TimeSpan.FromSeconds(31)).EchoedStamp);
    }

    [Fact]
    public void Between_the_pieces_of_a_large_entry_a_heartbeat_is_taken_that_says_nothing_of_the_entry()
    {
        Send(1, commitIndex: 1);
        _sender.Heartbeat(1, 1, TimeSpan.Zero, TimeSpan.Zero);
        _log.Append(900);
        using var cursor = _log.Log.OpenCursor(2);
        var pieces = _sender.Frames(cursor.Read(2), commitIndex: 1).ToList();
        _receiver.Take(pieces[0]);

        Assert.Null(_sender.BetweenPieces(2, TimeSpan.Zero, TimeSpan.FromSeconds(0.9)));
        var heartbeat = _sender.BetweenPieces(2, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal((1L, 2L), (heartbeat!.Value.CommitIndex, heartbeat.Value.DurableIndex));
        Assert.Null(_sender.BetweenPieces(2, TimeSpan.Zero, TimeSpan.FromSeconds(1.1)));
        _receiver.Take(heartbeat.Value);
        foreach (var piece in pieces.Skip(1)) _receiver.Take(piece);

        Assert.Equal([1, 2], _appended);
        Assert.Equal(1, _receiver.CommitIndex);
    }

    [Fact]
    public void Nothing_more_is_sent_while_the_window_is_full()
    {
        _sender.Heartbeat(1, 0, TimeSpan.Zero, TimeSpan.Zero);
        _sender.Frames(new FrameRun(1, 1, new byte[SendWindow.Bytes]), 0);
        Assert.Equal(SendStep.Wait, _sender.Next(durable: 9, 0, TimeSpan.Zero));

        _sender.Acknowledge(new Acknowledgement(1, 0, 0, 1), 9, TimeSpan.Zero);
        _sender.Heartbeat(9, 0, TimeSpan.Zero, TimeSpan.Zero);

        Assert.Equal(SendStep.Frames, _sender.Next(9, 0, TimeSpan.Zero));
    }

    [Fact]
    public void An_acknowledgement_of_what_was_not_sent_is_refused() =>
        Assert.Contains("not sent", _sender.Acknowledge(new Acknowledgement(1, 1, 1, 1), 1, TimeSpan.Zero), StringComparison.Ordinal);

    [Fact]
    public void A_commit_index_beyond_what_came_is_damage()
    {
        Assert.Throws<StreamDamagedException>(() => _receiver.Take(new StreamHeartbeat(1, 1, 0, TimeSpan.Zero)));
        Assert.Throws<StreamDamagedException>(() => _receiver.Take(new StreamFrames(1, 1, 2, false, default)));
    }

    [Fact]
    public void Entries_that_were_applied_before_they_were_durable_may_come_again_but_not_as_others()
    {
        Send(1, commitIndex: 1);
        var shown = _receiver.Newer(DatabaseState.Empty)!;
        var again = new StreamReceiver(new StreamIntake(LogTail.Start, EpochTable.Empty), shown, new DigestHistory(16), (frame, in header) => _appended.Add(header.Index));
        using var cursor = _log.Log.OpenCursor(1);
        again.Take(new StreamFrames(1, 1, 1, false, cursor.Read(1).Frames));
        Assert.Equal([1, 1], _appended);
        Assert.Null(again.Newer(shown));

        var third = new StreamReceiver(new StreamIntake(LogTail.Start, EpochTable.Empty), shown, new DigestHistory(16), (frame, in header) => { });
        Assert.Throws<ApplyException>(() => third.Take(new StreamFrames(1, 1, 1, false, OtherReign())));
    }

    private static ReadOnlyMemory<byte> OtherReign()
    {
        var batch = new LogBatch();
        batch.Restart(LogTail.Start);
        var start = new EpochStart(0x07E8, 8, "other").ToArray();
        start.CopyTo(batch.Payload(start.Length));
        batch.Seal(start.Length, TestLog.Epoch, EntryKind.EpochStart, 1_000);
        return batch.Frames;
    }

    private void Send(long durable, long commitIndex)
    {
        using var cursor = _log.Log.OpenCursor(_sender.SentIndex + 1);
        foreach (var frames in _sender.Frames(cursor.Read(durable), commitIndex)) _receiver.Take(frames);
    }
}
