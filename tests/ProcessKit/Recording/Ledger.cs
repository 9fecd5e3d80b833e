using Replication.Core.Positions;
using Replication.Core.Transactions;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Recording;

/// <summary>What clients asked for and what they were told, written down as it happens, from any thread.</summary>
public sealed class Ledger
{
    private readonly Lock _gate = new();
    private readonly List<Call> _calls = [];
    private readonly List<RecordedRead> _reads = [];
    private readonly List<RecordedScan> _scans = [];
    private long _known;
    private long _committed;
    private long _unknown;
    private long _refused;
    private long _readCount;

    /// <summary>The highest index that a client was told of.</summary>
    public long Known => Interlocked.Read(ref _known);

    public long Committed => Interlocked.Read(ref _committed);

    /// <summary>Calls whose answer was lost.</summary>
    public long Unknown => Interlocked.Read(ref _unknown);

    /// <summary>Calls that were rejected, or not taken at all.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public long Reads => Interlocked.Read(ref _readCount);

    /// <summary>A call is about to be made.</summary>
    internal Call Make(string request, Transaction transaction)
    {
        var call = new Call(request, transaction, Known) { WasSent = true };
        lock (_gate) _calls.Add(call);
        return call;
    }

    internal void Commit(Call call, LogPosition position)
    {
        call.Answer(new CommitOutcome.Committed(position));
        Learn(position.Index);
        Interlocked.Increment(ref _committed);
    }

    /// <summary>The call did not take effect and never will.</summary>
    internal void Refuse(Call call, Client.ReplicationErrorCode code, string message)
    {
        var reason = code == Client.ReplicationErrorCode.UniqueViolation ? RejectionReason.UniqueViolation : RejectionReason.InvalidArgument;
        call.Answer(new CommitOutcome.Rejected(reason, $"{code}: {message}"));
        Interlocked.Increment(ref _refused);
    }

    internal void Lose() => Interlocked.Increment(ref _unknown);

    internal void Read(RecordedRead read)
    {
        Learn(read.At.Index);
        lock (_gate) _reads.Add(read);
        Interlocked.Increment(ref _readCount);
    }

    internal void Scan(RecordedScan scan)
    {
        Learn(scan.At.Index);
        lock (_gate) _scans.Add(scan);
        Interlocked.Increment(ref _readCount);
    }

    /// <summary>What is in it now; calls that are not answered yet stay so in the copy.</summary>
    public Ledger Copy()
    {
        var copy = new Ledger();
        lock (_gate)
        {
            copy._reads.AddRange(_reads);
            copy._scans.AddRange(_scans);
            foreach (var call in _calls)
            {
                var same = new Call(call.Request, call.Transaction, call.KnownBefore) { WasSent = true };
                if (call.Outcome is { } outcome) same.Answer(outcome);
                copy._calls.Add(same);
            }
        }
        return copy;
    }

    /// <summary>Holds everything against the history; nobody writes any more.</summary>
    /// <param name="history">All of it.</param>
    /// <exception cref="ViolationException">A promise was broken.</exception>
    public void CheckAgainst(History history)
    {
        foreach (var call in _calls) history.Made(call);
        foreach (var call in _calls.Where(call => call.Outcome is not null)) history.Answered(call);
        history.CheckCalls();
        foreach (var read in _reads) read.CheckAgainst(history);
        foreach (var scan in _scans) scan.CheckAgainst(history);
    }

    private void Learn(long index)
    {
        for (var known = Known; index > known;)
        {
            var before = Interlocked.CompareExchange(ref _known, index, known);
            if (before == known) return;
            known = before;
        }
    }
}
