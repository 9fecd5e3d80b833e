using System.Threading.Channels;
using Replication.Client.Calls;
using Replication.Protos.V1;

namespace Replication.Client.Commits;

/// <summary>
/// The transactions of a client that wait to be sent, in the order of the calls, and those that were sent and wait for
/// their answer. Callers add from any thread; one session at a time takes and answers.
/// </summary>
internal sealed class CommitQueue(CommitStreamLimits limits)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingCommit> _queued = new();
    private readonly Dictionary<ulong, PendingCommit> _sent = [];
    private readonly Channel<bool> _changes = System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private long _sentBytes;
    private ulong _lastTicket;
    private bool _closed;

    /// <summary>Adds a transaction behind all others.</summary>
    /// <exception cref="ReplicationException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The client is closed.</exception>
    internal PendingCommit Add(CommitRequest request, int bytes)
    {
        var pending = new PendingCommit(new CommitStreamRequest.Types.Item { Request = request }, bytes);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(ReplicationClient));
            if (_queued.Count >= limits.MaxQueued)
                throw new ReplicationException(ReplicationErrorCode.Busy, $"{_queued.Count} commits of this client wait to be sent already; wait for some of them.");
            pending.Item.Ticket = ++_lastTicket;
            _queued.Enqueue(pending);
        }
        Signal();
        return pending;
    }

    /// <summary>Fills a message with what may be sent now, in order; false when that is nothing.</summary>
    internal bool Take(CommitStreamRequest message)
    {
        message.Items.Clear();
        var bytes = 0L;
        lock (_gate)
        {
            while (_queued.TryPeek(out var next))
            {
                if (!next.IsAbandoned)
                {
                    if (!HasRoomFor(next) || !Fits(next, message.Items.Count, bytes)) break;
                    next.IsSent = true;
                    _sent.Add(next.Item.Ticket, next);
                    _sentBytes += next.Bytes;
                    bytes += next.Bytes;
                    message.Items.Add(next.Item);
                }
                _queued.Dequeue();
            }
        }
        return message.Items.Count > 0;
    }

    /// <summary>Hands an answer to its caller. A ticket that is not known was answered before.</summary>
    internal void Complete(CommitStreamResponse.Types.Item item)
    {
        PendingCommit? pending;
        bool waiting;
        lock (_gate)
        {
            if (!_sent.Remove(item.Ticket, out pending)) return;
            _sentBytes -= pending.Bytes;
            waiting = _queued.Count > 0;
            if (pending.IsAbandoned) pending = null;
        }
        if (waiting) Signal();
        if (item.AnswerCase == CommitStreamResponse.Types.Item.AnswerOneofCase.Response) pending?.Complete(item.Response);
        else pending?.Fail(Failures.Of(item.Error ?? new Error { Message = "The node answered a commit with nothing.", Code = Error.Types.Code.UnknownOutcome }));
    }

    /// <summary>The caller waits no more.</summary>
    /// <returns>Whether the transaction may have taken effect.</returns>
    internal bool Abandon(PendingCommit pending)
    {
        lock (_gate)
        {
            pending.IsAbandoned = true;
            return pending.IsSent;
        }
    }

    /// <summary>Fails everything that was sent and not answered.</summary>
    internal void FailSent(Func<Exception> failure)
    {
        PendingCommit[] lost;
        lock (_gate)
        {
            lost = [.. _sent.Values.Where(static pending => !pending.IsAbandoned)];
            _sent.Clear();
            _sentBytes = 0;
        }
        foreach (var pending in lost) pending.Fail(failure());
    }

    /// <summary>Fails everything that was not sent.</summary>
    internal void FailQueued(Func<Exception> failure)
    {
        PendingCommit[] left;
        lock (_gate)
        {
            left = [.. _queued.Where(static pending => !pending.IsAbandoned)];
            _queued.Clear();
        }
        foreach (var pending in left) pending.Fail(failure());
    }

    /// <summary>Takes nothing more.</summary>
    internal void Close()
    {
        lock (_gate) _closed = true;
        Signal();
    }

    /// <summary>Whether nothing is or will be there to send.</summary>
    internal bool IsFinished
    {
        get
        {
            lock (_gate) return _closed && _queued.Count == 0;
        }
    }

    /// <summary>Waits until there is something to send; false when there never will be.</summary>
    internal async Task<bool> WaitForCommitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_queued.Count > 0) return true;
                if (_closed) return false;
            }
            await WaitForChangeAsync(cancellation);
        }
    }

    /// <summary>Waits until <see cref="Take"/> or <see cref="IsFinished"/> may answer otherwise than before. For one caller at a time.</summary>
    internal async Task WaitForChangeAsync(CancellationToken cancellation) => await _changes.Reader.ReadAsync(cancellation);

    private void Signal() => _changes.Writer.TryWrite(true);

    // A transaction larger than the bound goes when nothing else is under way.
    private bool HasRoomFor(PendingCommit next) =>
        _sent.Count == 0 || (_sent.Count < limits.MaxInFlight && _sentBytes + next.Bytes <= limits.MaxInFlightBytes);

    private bool Fits(PendingCommit next, int count, long bytes) =>
        count == 0 || (count < limits.MaxMessageCommits && bytes + next.Bytes <= limits.MaxMessageBytes);
}
