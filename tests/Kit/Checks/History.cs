using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Kit.Checks;

/// <summary>
/// Everything that was promised so far, held against everything that happens: entries that were synced on the primary are
/// for ever, nodes show prefixes of them and only committed ones, streams carry just them, answers are true. Each check
/// costs time in proportion to what it looks at, because every fact has a position.
/// </summary>
/// <param name="requestsRemembered">How many requests the log has every node remember.</param>
public sealed class History(int requestsRemembered = RequestMemory.DefaultCapacity)
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, long> _requests = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Call> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<long, StateDigest> _digests = [];
    private readonly Dictionary<long, uint> _attempted = [];
    private long _committed;
    private int _shown;

    /// <summary>What the log means.</summary>
    public Model Model { get; } = new(requestsRemembered);

    /// <summary>The last entry that is known to be synced on the primary.</summary>
    public long Durable => _entries.Count;

    /// <summary>The highest index that a client was told of.</summary>
    public long Known => KnownPosition.Index;

    /// <summary>The position that a client was told of with that.</summary>
    public LogPosition KnownPosition { get; private set; }

    /// <summary>How much was checked, so that a test can see that it was.</summary>
    public CheckCounts Counts { get; } = new();

    /// <summary>A client made a call.</summary>
    public void Made(Call call) => _calls.Add(call.Request, call);

    /// <summary>Bytes of frames behind an entry.</summary>
    public long BytesBehind(long index) => _entries[^1].End - (index == 0 ? 0 : _entries[(int)index - 1].End);

    /// <summary>A replica says how many bytes it has not received.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="received">The last entry that it received.</param>
    /// <param name="upstream">The last entry that its upstream is known to have.</param>
    /// <param name="bytes">What it says.</param>
    public void Lags(string node, long received, long upstream, long? bytes)
    {
        Counts.Lags++;
        var least = received < upstream ? BytesBehind(received) - BytesBehind(upstream) : 0;
        if (bytes < least || (bytes > 0 && least == 0)) throw new ViolationException("lag in bytes is never less than the truth, and none at the end", $"{node} has {received} of {upstream}: it says {bytes}, frames are {least}");
    }

    /// <summary>The primary takes a batch to its disk: whatever a crash leaves of it may come back.</summary>
    public void Attempted(LogBatch batch)
    {
        _attempted.Clear();
        foreach (var (header, _) in Frames(batch.Frames)) _attempted[header.Index] = header.Crc;
    }

    /// <summary>The primary's disk has a batch.</summary>
    public void Synced(LogBatch batch)
    {
        foreach (var (header, payload) in Frames(batch.Frames)) Add(header, payload.Span);
    }

    /// <summary>The primary was started again: what was synced has to be there, and behind it only what was on its way.</summary>
    public void Recovered(SegmentedLog log)
    {
        if (log.Durable.Index < Durable) throw new ViolationException("what is synced is for ever", $"the primary's log ends at {log.Durable.Index}, entry {Durable} had been synced");
        var from = Math.Max(log.FirstIndex, 1);
        log.ReadEach(from, log.Durable.Index, (frame, in header) =>
        {
            if (header.Index <= Durable)
            {
                CheckSame("what is synced is for ever", "the primary's log", header.Index, header.Crc);
                return;
            }
            if (_attempted.GetValueOrDefault(header.Index) != header.Crc)
                throw new ViolationException("nothing is invented", $"the primary's log has an entry {header.Position} that nobody decided");
            Add(header, frame[FrameHeader.Size..]);
        });
    }

    /// <summary>The log of a primary that is not running: the whole history of calls and reads that were recorded before.</summary>
    /// <param name="log">From its first entry on.</param>
    public void Load(SegmentedLog log)
    {
        if (log.FirstIndex > 1) throw new ArgumentException($"The log begins at {log.FirstIndex}: what was before is not known.", nameof(log));
        log.ReadEach(1, log.Durable.Index, (frame, in header) => Add(header, frame[FrameHeader.Size..]));
    }

    /// <summary>The primary's commit index moved.</summary>
    public void Committed(long index)
    {
        if (index > Durable) throw new ViolationException("committed is durable", $"commit index {index}, synced up to {Durable}");
        if (index < _committed) throw new ViolationException("the commit index never falls", $"{index} behind {_committed}");
        _committed = index;
    }

    /// <summary>A restarted primary knows of its whole log that it is committed, at quorum 0.</summary>
    public void CommittedByRestart(long index) => _committed = Math.Max(_committed, index);

    /// <summary>A node shows a state to its readers.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="before">What it showed before.</param>
    /// <param name="state">What it shows now.</param>
    /// <param name="committed">What it has been told is committed.</param>
    /// <param name="isMemoryChanged">Whether its memory was changed, so that its content is not what its index means.</param>
    public void Shown(string node, DatabaseState before, DatabaseState state, long committed, bool isMemoryChanged = false)
    {
        if (state.Index < before.Index) throw new ViolationException("readers never go back", $"{node} shows {state.Index} behind {before.Index}");
        if (state.Index > committed) throw new ViolationException("only what is committed is shown", $"{node} shows {state.Index}, it was told of {committed}");
        if (isMemoryChanged) CheckSame("nodes show prefixes of one history", node, state.Index, state.Tail.Crc);
        else Shown(node, state);
    }

    /// <summary>A node that was started again shows what it has: at quorum 0 whatever the primary had synced is committed.</summary>
    public void Shown(string node, DatabaseState state)
    {
        Counts.Shown++;
        CheckSame("nodes show prefixes of one history", node, state.Index, state.Tail.Crc);
        if (!_digests.TryAdd(state.Index, state.Digest) && _digests[state.Index] != state.Digest)
            throw new ViolationException("equal digests at equal positions", $"{node} at {state.Index}");
        if (_shown++ % 16 == 0) CheckContent(node, state);
    }

    /// <summary>A state has to hold exactly what its index means.</summary>
    public void CheckContent(string node, DatabaseState state)
    {
        Counts.Contents++;
        if (Model.Difference(state) is { } difference) throw new ViolationException("reads equal the log at their position", $"{node} at {state.Index}: {difference}");
        Counts.Indexes += state.Collections.Values.Sum(collection => collection.Indexes.Length);
        Counts.IndexesInBuilding += state.Collections.Values.Sum(collection => collection.Indexes.Count(index => index.State is { Phase: IndexPhase.Building, BuiltUpTo.Length: > 0 }));
        using var view = ReadView.Open(state);
        if (IndexCheck.Difference(view) is { } wrong) throw new ViolationException("indexes hold exactly what the records say", $"{node} at {state.Index}: {wrong}");
    }

    /// <summary>A node took a frame from a stream.</summary>
    public void Streamed(string node, long expected, in FrameHeader header)
    {
        Counts.Frames++;
        if (header.Index != expected) throw new ViolationException("streams are in order, without gaps", $"{node} got {header.Index} where {expected} belongs");
        if (header.Index > Durable) throw new ViolationException("nothing is streamed before it is durable", $"{node} got {header.Index}, synced is {Durable}");
        CheckSame("streams carry the history", node, header.Index, header.Crc);
    }

    /// <summary>A client was shown a record, or that there is none, at a position.</summary>
    /// <param name="reader">Who, and on which node.</param>
    /// <param name="at">The position that the answer claims.</param>
    /// <param name="collection">The collection asked.</param>
    /// <param name="key">The key asked for.</param>
    /// <param name="value">The record's; empty when there was none.</param>
    /// <param name="isFound">Whether there was one.</param>
    public void Read(string reader, LogPosition at, string collection, string key, ReadOnlySpan<byte> value, bool isFound)
    {
        Counts.Reads++;
        CheckPosition("nodes show prefixes of one history", reader, at);
        var expected = Model.Find(collection, key, at.Index);
        if (isFound != expected is not null || !value.SequenceEqual(expected))
            throw new ViolationException("reads equal the log at their position", $"{reader} at {at.Index}: {collection}/{key}");
    }

    /// <summary>A client was shown all records of a collection at a position, in order.</summary>
    /// <param name="reader">Who, and on which node.</param>
    /// <param name="at">The position that the answer claims.</param>
    /// <param name="collection">The collection asked.</param>
    /// <param name="records">Keys, values, and the entries that wrote them.</param>
    public void Scanned(string reader, LogPosition at, string collection, IEnumerable<(string Key, ReadOnlyMemory<byte> Value, long Written)> records)
    {
        Counts.Contents++;
        CheckPosition("nodes show prefixes of one history", reader, at);
        if (Model.Difference(collection, at.Index, records) is { } difference)
            throw new ViolationException("reads equal the log at their position", $"{reader} at {at.Index}: {difference}");
    }

    /// <summary>A client was answered.</summary>
    public void Answered(Call call)
    {
        Counts.Answers++;
        switch (call.Outcome)
        {
            case CommitOutcome.Committed committed:
                var index = committed.Position.Index;
                if (index > Durable) throw new ViolationException("answered is durable", $"{call.Request} was answered {index}, synced is {Durable}");
                CheckPosition("answers are true", call.Request, committed.Position);
                if (_requests.GetValueOrDefault(call.Request) != index) throw new ViolationException("answers are true", $"{call.Request} is not at {index}");
                if (index <= call.KnownBefore) throw new ViolationException("real time order", $"{call.Request} is at {index}, before it was made {call.KnownBefore} was known");
                CheckPreconditions(call, index);
                if (index > Known) KnownPosition = committed.Position;
                Counts.Committed++;
                if (call.Sendings > 1) Counts.AnsweredAgain++;
                break;
            case CommitOutcome.Rejected rejected:
                Counts.Rejected++;
                if (rejected.Reason == RejectionReason.UniqueViolation) Counts.UniqueViolations++;
                CheckAbsent(call);
                break;
            case CommitOutcome.Forgotten:
                Counts.Forgotten++;
                CheckForgotten(call);
                break;
        }
    }

    /// <summary>At the end, over everything: rejected calls and those never sent are nowhere.</summary>
    public void CheckCalls()
    {
        foreach (var call in _calls.Values)
        {
            if (call.Outcome is CommitOutcome.Rejected || !call.WasSent) CheckAbsent(call);
            else if (call.Outcome is null) Counts.Unknown++;
        }
        if (_requests.Keys.FirstOrDefault(request => !_calls.ContainsKey(request)) is { } stranger) throw new ViolationException("nothing is invented", $"nobody asked for {stranger}");
    }

    private static IEnumerable<(FrameHeader Header, ReadOnlyMemory<byte> Payload)> Frames(ReadOnlyMemory<byte> frames)
    {
        while (!frames.IsEmpty)
        {
            var header = FrameHeader.Read(frames.Span);
            yield return (header, frames[FrameHeader.Size..header.Length]);
            frames = frames[header.Length..];
        }
    }

    private void Add(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Index != Durable + 1) throw new ViolationException("indexes are dense", $"{header.Index} behind {Durable}");
        _entries.Add(new Entry(header.Crc, header.Position.Epoch, (_entries.Count == 0 ? 0 : _entries[^1].End) + header.Length));
        if (Model.Take(header, payload) is { } request && !_requests.TryAdd(request, header.Index))
            throw new ViolationException("at most once", $"{request} stands at {_requests[request]} and {header.Index}");
    }

    private void CheckSame(string rule, string node, long index, uint crc)
    {
        if (index > Durable) throw new ViolationException(rule, $"{node} has an entry {index}, synced on the primary is {Durable}");
        if (index > 0 && _entries[(int)index - 1].Crc != crc) throw new ViolationException(rule, $"{node} has another entry {index}");
    }

    private void CheckPosition(string rule, string who, LogPosition position)
    {
        if (position.Index > Durable) throw new ViolationException(rule, $"{who} was told of {position}, the log ends at {Durable}");
        if (position.Index > 0 && _entries[(int)position.Index - 1].Epoch != position.Epoch)
            throw new ViolationException(rule, $"{who} was told of {position}, which was written in epoch {_entries[(int)position.Index - 1].Epoch}");
    }

    private void CheckAbsent(Call call)
    {
        if (_requests.TryGetValue(call.Request, out var index)) throw new ViolationException("a rejected write never appears", $"{call.Request} ({call.Outcome}) is at {index}");
    }

    // Neither is it among those that are remembered, nor would it have to be if it had been executed.
    private void CheckForgotten(Call call)
    {
        var forgotten = Model.ForgottenThrough(Durable);
        if (_requests.TryGetValue(call.Request, out var index) && index > forgotten) throw new ViolationException("what is remembered is answered", $"{call.Request} is at {index}, forgotten is what is up to {forgotten}");
        if (call.FirstSentAfter is not { } first || first.Index >= forgotten)
            throw new ViolationException("only what may have been forgotten is", $"{call.Request} was first sent behind {call.FirstSentAfter}, forgotten is what is up to {forgotten}");
    }

    private void CheckPreconditions(Call call, long index)
    {
        foreach (var operation in call.Transaction.Operations)
        {
            if (operation.Precondition.Kind == PreconditionKind.None || operation.Action is not (OperationAction.Put or OperationAction.Delete)) continue;
            var written = Model.WrittenAt(operation.Collection, System.Text.Encoding.UTF8.GetString(operation.Key.Span), index - 1);
            var holds = operation.Precondition.Kind switch
            {
                PreconditionKind.Absent => written is null,
                PreconditionKind.Present => written is not null,
                _ => written is not null && written <= operation.Precondition.Position.Index,
            };
            Counts.Preconditions++;
            if (!holds) throw new ViolationException("preconditions hold", $"{call.Request} at {index}");
        }
    }

    private readonly record struct Entry(uint Crc, Epoch Epoch, long End);
}
