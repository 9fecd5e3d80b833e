using System.Runtime.InteropServices;
using System.Text;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Transactions;
using Replication.Kit;
using Replication.Kit.Checks;
using Xunit;

namespace Replication.Simulation.Tests;

/// <summary>The checks of the simulator, each held to something that breaks its promise.</summary>
public sealed class HistoryTests
{
    private readonly History _history = new();
    private readonly Committer _committer = new(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64));
    private DatabaseState _shown = DatabaseState.Empty;

    public HistoryTests() => _committer.BeginReign(1);

    [Fact]
    public void Nothing_is_wrong_with_what_is_right()
    {
        var call = Decide("a", "1");
        var batch = Sync();
        Show(batch);
        batch.Answer();

        _history.Answered(call);
        _history.CheckContent("node", _shown);
        _history.CheckCalls();

        Assert.Equal(1, _history.Counts.Committed);
    }

    [Fact]
    public void An_answer_before_the_sync_is_noticed()
    {
        var call = Decide("a", "1");
        _committer.TakeBatch()!.Answer();

        AssertBroken("answered is durable", () => _history.Answered(call));
    }

    [Fact]
    public void A_stream_before_the_sync_is_noticed()
    {
        Decide("a", "1");
        var header = Headers(_committer.TakeBatch()!.Log)[0];

        AssertBroken("nothing is streamed before it is durable", () => _history.Streamed("node", 1, header));
    }

    [Fact]
    public void A_gap_and_another_entry_in_a_stream_are_noticed()
    {
        Decide("a", "1");
        var headers = Headers(Sync().Log);

        AssertBroken("streams are in order, without gaps", () => _history.Streamed("node", 1, headers[1]));
        AssertBroken("streams carry the history", () => _history.Streamed("node", 1, Other(headers[0])));
    }

    [Fact]
    public void A_state_beyond_the_commit_index_is_noticed()
    {
        Decide("a", "1");
        var batch = Sync();

        AssertBroken("only what is committed is shown", () => _history.Shown("node", DatabaseState.Empty, batch.State, batch.State.Index - 1));
    }

    [Fact]
    public void A_state_behind_the_one_before_is_noticed()
    {
        Decide("a", "1");
        var first = Sync();
        Show(first);
        _committer.Complete(first);
        Decide("a", "2");
        var second = Sync();
        Show(second);

        AssertBroken("readers never go back", () => _history.Shown("node", second.State, first.State, 100));
    }

    [Fact]
    public void Another_content_at_the_same_position_is_noticed()
    {
        Decide("a", "1");
        Show(Sync());
        var other = new Committer(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64));
        other.BeginReign(1);
        other.Decide(Checked("x", "b", "1"), new Call("x", new Transaction([]), 0), 1);
        var state = other.TakeBatch()!.State;

        AssertBroken("nodes show prefixes of one history", () => _history.Shown("node", DatabaseState.Empty, state, 100));
        AssertBroken("reads equal the log at their position", () => _history.CheckContent("node", state));
    }

    [Fact]
    public void A_rejected_write_that_is_in_the_log_is_noticed()
    {
        var call = Decide("a", "1");
        Sync();
        call.Answer(new CommitOutcome.Rejected(RejectionReason.Busy, "not really"));

        AssertBroken("a rejected write never appears", () => _history.Answered(call));
    }

    [Fact]
    public void A_lag_in_bytes_that_is_too_small_and_one_at_the_end_are_noticed()
    {
        Decide("a", "1");
        var frames = Sync().Log.Frames.Length;
        var last = _history.Durable;

        _history.Lags("node", 0, last, frames);
        _history.Lags("node", last, last, 0);
        AssertBroken("lag in bytes is never less than the truth, and none at the end", () => _history.Lags("node", 0, last, frames - 1));
        AssertBroken("lag in bytes is never less than the truth, and none at the end", () => _history.Lags("node", last, last, 1));
    }

    [Fact]
    public void A_second_answer_is_noticed()
    {
        var call = Decide("a", "1");
        var batch = Sync();
        batch.Answer();

        AssertBroken("one answer to each call", batch.Answer);
    }

    [Fact]
    public void A_write_that_was_known_before_it_was_made_is_noticed()
    {
        var call = new Call("late", new Transaction([]), knownBefore: 100);
        _history.Made(call);
        _committer.Decide(Checked("late", "a", "1"), call, 1);
        Sync().Answer();

        AssertBroken("real time order", () => _history.Answered(call));
    }

    [Fact]
    public void A_commit_index_beyond_the_log_and_one_that_falls_are_noticed()
    {
        Decide("a", "1");
        Show(Sync());

        AssertBroken("committed is durable", () => _history.Committed(1_000));
        AssertBroken("the commit index never falls", () => _history.Committed(1));
    }

    [Fact]
    public void A_restart_that_finds_less_than_was_synced_is_noticed()
    {
        using var log = EmptyLog();
        Decide("a", "1");
        Sync();

        AssertBroken("what is synced is for ever", () => _history.Recovered(log));
    }

    [Fact]
    public void A_restart_that_finds_what_nobody_decided_is_noticed()
    {
        using var log = EmptyLog();
        Decide("a", "1");
        log.Append(_committer.TakeBatch()!.Log, 0);

        AssertBroken("nothing is invented", () => _history.Recovered(log));
    }

    [Fact]
    public void A_request_that_stands_in_the_log_twice_is_noticed()
    {
        var forgetful = new Committer(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64), requestsRemembered: 0);
        forgetful.Decide(Checked("same", "a", "1"), new Call("one", new Transaction([]), 0), 1);
        forgetful.Decide(Checked("same", "b", "1"), new Call("two", new Transaction([]), 0), 1);

        AssertBroken("at most once", () => _history.Synced(forgetful.TakeBatch()!.Log));
    }

    [Fact]
    public void A_request_that_is_forgotten_too_early_is_noticed()
    {
        var call = Decide("a", "1");
        Sync();
        call.Answer(new CommitOutcome.Forgotten(LogPosition.Start, "not really"));

        AssertBroken("what is remembered is answered", () => _history.Answered(call));
    }

    [Fact]
    public void A_request_that_is_forgotten_although_nothing_behind_its_first_sending_is_is_noticed()
    {
        var history = new History(requestsRemembered: 2);
        for (var i = 0; i < 4; i++) Decide($"a{i}", "1"); // at 3 to 6; 5 and 6 are remembered
        history.Synced(_committer.TakeBatch()!.Log);

        foreach (var (first, isTrue) in ((LogPosition?, bool)[])[(null, false), (At(4), false), (At(5), false), (At(3), true), (LogPosition.Start, true)])
        {
            var call = new Call("never", new Transaction([]), 0) { FirstSentAfter = first };
            call.Answer(new CommitOutcome.Forgotten(LogPosition.Start, "perhaps"));
            if (isTrue) history.Answered(call);
            else AssertBroken("only what may have been forgotten is", () => history.Answered(call));
        }
    }

    [Fact]
    public void A_memory_of_other_requests_is_noticed()
    {
        Decide("a", "1");
        var state = Sync().State;
        var forgetful = new Committer(DatabaseState.Empty, new Reign(new Epoch(1), 5, 7, "primary"), new DigestHistory(64), requestsRemembered: 0);
        forgetful.BeginReign(1);
        forgetful.Decide(Checked("a1", "a", "1"), new Call("a1", new Transaction([]), 0), 1);

        _history.CheckContent("node", state);
        AssertBroken("reads equal the log at their position", () => _history.CheckContent("node", forgetful.TakeBatch()!.State));
    }

    private static LogPosition At(long index) => new(new Epoch(1), index);

    [Fact]
    public void A_precondition_that_did_not_hold_is_noticed()
    {
        Decide("a", "1");
        var operation = Operation.Put("docs", Encoding.UTF8.GetBytes("a"), Encoding.UTF8.GetBytes("2"), Precondition.Absent);
        var call = new Call("second", new Transaction([operation]), 0);
        _history.Made(call);
        _committer.Decide(Checked("second", "a", "2"), call, 1);
        Sync().Answer();

        AssertBroken("preconditions hold", () => _history.Answered(call));
    }

    [Fact]
    public void An_index_that_is_not_what_the_records_say_is_noticed()
    {
        var call = new Call("index", new Transaction([]), 0);
        var transaction = new Transaction([Operation.Put("docs", Encoding.UTF8.GetBytes("a"), Encoding.UTF8.GetBytes("{\"n\":1}")), Operation.CreateIndex("docs", "n", "n")], Encoding.UTF8.GetBytes("index"));
        _history.Made(call);
        _committer.Decide(new TransactionCheck(TransactionLimits.Default).Check(transaction, DatabaseState.Empty, out _)!, call, 1);
        _committer.BuildIndexes(1);
        Show(Sync());
        _history.CheckContent("node", _shown);

        // The model has the same bytes, so that only the index is wrong.
        using var view = ReadView.Open(_shown);
        var value = view.Find("docs", Encoding.UTF8.GetBytes("a")).Value;
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(value), value.Length)[^2] = (byte)'2';
        _history.Model.Find("docs", "a", _shown.Index)![^2] = (byte)'2';

        AssertBroken("indexes hold exactly what the records say", () => _history.CheckContent("node", _shown));
    }

    [Fact]
    public void What_clients_recorded_is_held_against_the_log_afterwards()
    {
        var call = Decide("a", "1");
        var batch = Sync();
        batch.Answer();
        using var log = EmptyLog();
        log.Append(batch.Log, commitIndex: 0);
        var history = new History();
        history.Load(log);
        history.Made(call);
        history.Answered(call);
        history.CheckCalls();
        var at = batch.State.Position;

        history.Read("node", at, "docs", "a", "1"u8, isFound: true);
        history.Scanned("node", at, "docs", [("a", "1"u8.ToArray(), at.Index)]);
        Assert.Equal((1, 1, 1), (history.Counts.Committed, history.Counts.Reads, history.Counts.Contents));

        const string Rule = "reads equal the log at their position";
        AssertBroken(Rule, () => history.Read("node", at, "docs", "a", "2"u8, isFound: true));
        AssertBroken(Rule, () => history.Read("node", at, "docs", "a", default, isFound: false));
        AssertBroken(Rule, () => history.Read("node", at, "docs", "b", default, isFound: true));
        AssertBroken(Rule, () => history.Scanned("node", at, "docs", []));
        AssertBroken(Rule, () => history.Scanned("node", at, "docs", [("a", "2"u8.ToArray(), at.Index)]));
        AssertBroken(Rule, () => history.Scanned("node", at, "docs", [("a", "1"u8.ToArray(), at.Index), ("b", "1"u8.ToArray(), at.Index)]));
        AssertBroken("nodes show prefixes of one history", () => history.Read("node", new LogPosition(new Epoch(2), at.Index), "docs", "a", "1"u8, isFound: true));
        AssertBroken("nodes show prefixes of one history", () => history.Read("node", at with { Index = at.Index + 1 }, "docs", "a", "1"u8, isFound: true));
    }

    private static SegmentedLog EmptyLog()
    {
        var files = new MemoryFileSystem();
        files.CreateDirectory("/log", FileLabel.Layout);
        return SegmentedLog.Create(files, "/log", new InlineSegmentSupply(files, "/log", 4096), new SequentialEntropy(), new HistoryId(7), LogTail.Start);
    }

    private static void AssertBroken(string rule, Action check) => Assert.Equal(rule, Assert.Throws<ViolationException>(check).Rule);

    private static CheckedTransaction Checked(string request, string key, string value) =>
        new TransactionCheck(TransactionLimits.Default).Check(
            new Transaction([Operation.Put("docs", Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value))], Encoding.UTF8.GetBytes(request)), DatabaseState.Empty, out _)
        ?? throw new InvalidOperationException("The transaction is not accepted.");

    private static List<FrameHeader> Headers(LogBatch batch)
    {
        var headers = new List<FrameHeader>();
        for (var frames = batch.Frames.Span; !frames.IsEmpty; frames = frames[headers[^1].Length..]) headers.Add(FrameHeader.Read(frames));
        return headers;
    }

    private static FrameHeader Other(FrameHeader header) => header with { Crc = header.Crc ^ 1 };

    private Call Decide(string key, string value)
    {
        var call = new Call($"{key}{value}", new Transaction([]), 0) { WasSent = true };
        _history.Made(call);
        _committer.Decide(Checked(call.Request, key, value), call, 1);
        return call;
    }

    private CommitBatch Sync()
    {
        var batch = _committer.TakeBatch()!;
        _history.Attempted(batch.Log);
        _history.Synced(batch.Log);
        return batch;
    }

    private void Show(CommitBatch batch)
    {
        _history.Committed(batch.State.Index);
        _history.Shown("node", _shown, batch.State, batch.State.Index);
        _shown = batch.State;
    }
}
