using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Transactions;

/// <summary>
/// What the memory of requests says to a transaction that names its request, before anything else about it is looked at.
/// </summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>The request</term><description>Answer</description></listheader>
/// <item><term>has no id</term><description>none: decide</description></item>
/// <item><term>has an id that is remembered</term><description>committed, at the position of the entry it made</description></item>
/// <item><term>was rejected here lately</term><description>that rejection (<see cref="RefusedRequests"/>)</description></item>
/// <item><term>was answered forgotten here lately, and is not said to be sent first behind the position in that answer</term><description>that answer</description></item>
/// <item><term>is not remembered, and counts as sent for the first time now</term><description>none: decide</description></item>
/// <item><term>is not remembered, was first sent behind index p, and nothing behind p was forgotten</term><description>none: decide</description></item>
/// <item><term>is not remembered, was first sent behind index p, and something behind p was forgotten</term><description>forgotten</description></item>
/// </list>
/// <para>
/// <b>Why no request takes effect twice.</b> Let f be <see cref="RequestMemory.ForgottenThrough"/>: every entry of this
/// history behind f whose transaction named its request is remembered. Let p be <see cref="KnownThrough"/>: every entry of
/// this history up to p was decided before the request was sent for the first time. If the request has made an entry of this
/// history, then behind p, because nothing is decided before it is sent. Now if it is not remembered and f ≤ p, then
/// everything behind p is remembered and it is not among that: it has made no entry, and may be decided. If f &gt; p, it may
/// have made one between p and f, which nobody here can tell, so it is not executed. In between nothing changes: one thread
/// looks, decides and applies, and entries that are not durable yet are looked at, too.
/// </para>
/// <para>
/// <b>Why a refusal speaks for every sending.</b> All sendings that can still be decided are on their way to one process, which
/// remembers what it refused: the next one is answered so. A sender that was told <i>forgotten</i> and gives a position at or
/// behind the one in that answer says that none was sent before it, so that there is none on its way.
/// </para>
/// <para>
/// <b>Why p is right.</b> The sender knew position (e, i) when it sent first, so entry i of reign e existed by then, and every
/// entry before it on its branch. If this history has reign e at i, p is i. If it has reign e but left it before i, the branch
/// of (e, i) was lost behind the fork, which is the last entry that this history has of reign e: p is that. If it does not
/// have reign e, or its entries do not reach down to i, or this primary's own reign has not come to i, then where the
/// branches part cannot be told from two numbers, and entries of older reigns may have been written, by a primary that did not know it had
/// been replaced, after (e, i): p is 0. As everywhere, a position means one entry within a reign, and an epoch one reign.
/// </para>
/// </remarks>
internal static class RepeatedRequest
{
    /// <summary>What to answer; null to decide the transaction.</summary>
    /// <param name="transaction">Well formed.</param>
    /// <param name="state">Everything decided so far, entries that are not durable yet included.</param>
    /// <param name="refused">By this primary; is told of requests that are forgotten.</param>
    public static CommitOutcome? AnswerTo(Transaction transaction, StateBuilder state, RefusedRequests refused)
    {
        if (transaction.RequestId.IsEmpty) return null;
        var index = state.Requests.Find(transaction.RequestId.Span);
        if (index != 0) return new CommitOutcome.Committed(state.PositionOf(index));
        var known = transaction.FirstSentAfter is { } position ? KnownThrough(state.Epochs, state.Tail.Index, position) : (long?)null;
        if (refused.Find(transaction.RequestId.Span) is { } before && !(before is CommitOutcome.Forgotten answered && known >= answered.Newest.Index)) return before;
        if (known is null || state.Requests.ForgottenThrough <= known) return null;
        var forgotten = new CommitOutcome.Forgotten(
            state.Tail.Position,
            $"The request was first sent behind {transaction.FirstSentAfter}, and requests up to {state.PositionOf(state.Requests.ForgottenThrough)} are forgotten: it was not executed now, and whether it was before is not known here. Read what it would have written.");
        refused.Remember(transaction.RequestId.Span, forgotten, state.Tail.Index);
        return forgotten;
    }

    /// <summary>The index up to which every entry of a history existed when somebody knew a position.</summary>
    /// <param name="epochs">The reigns of the history.</param>
    /// <param name="last">Its last index.</param>
    /// <param name="position">Of this history or of a branch that was lost; 0/0 for none.</param>
    public static long KnownThrough(EpochTable epochs, long last, LogPosition position)
    {
        var rows = epochs.Rows;
        for (var row = rows.Length - 1; row >= 0; row--)
        {
            if (rows[row].Epoch != position.Epoch) continue;
            if (position.Index < rows[row].FirstIndex) return 0;
            if (row < rows.Length - 1) return Math.Min(position.Index, rows[row + 1].FirstIndex - 1);
            return position.Index <= last ? position.Index : 0;
        }
        return 0;
    }
}
