using Replication.Core.Following;
using Replication.Core.Records;
using Replication.Core.Scrubbing;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Scrubbing;

/// <summary>
/// This node's part in a scrub: one at a time, whose states are dropped a while after its last call, whatever became of
/// the tool. Thread-safe.
/// </summary>
internal sealed class ScrubDesk : IDisposable
{
    /// <summary>A scrub of which nothing was heard for so long is over.</summary>
    public static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(60);

    private readonly ReplicationNode _node;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private ulong _scrub;
    private ReadView? _view;
    private Task<RangeDigests>? _digests;

    public ScrubDesk(ReplicationNode node, TimeProvider time)
    {
        _node = node;
        _timer = time.CreateTimer(_ => Drop(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private KeptStates States => _node.Database.Digests.States;

    /// <summary>Begins one, or begins the same one anew.</summary>
    /// <param name="scrub">Random.</param>
    /// <param name="from">Digests before this index are not wanted; 0: before what is shown now.</param>
    /// <returns>What is shown now.</returns>
    public DatabaseState Begin(ulong scrub, long from)
    {
        if (scrub == 0) throw Errors.Failure(Error.Types.Code.InvalidArgument, "A scrub has a random number, not 0.");
        if (_node.Database.Standing is not DigestStanding.Sound and var standing) throw Errors.NotSound(standing, "it takes no part in a scrub");
        lock (_gate)
        {
            if (_scrub != 0 && _scrub != scrub)
                throw Errors.Failure(Error.Types.Code.Busy, $"Another scrub is under way here. Wait for its end; one that was given up ends by itself after {KeepFor.TotalSeconds} s.");
            var view = _node.Database.OpenView();
            var shown = view.State;
            if (shown.Index == 0) throw Errors.Failure(Error.Types.Code.Loading, "This node has no data yet, so there is nothing to scrub. Try again when it follows.");
            Forget();
            _scrub = scrub;
            States.Keep(from == 0 ? shown.Index : from, view);
            Renew();
            return shown;
        }
    }

    /// <summary>The state behind a digest entry that has been applied here. Disposed of by the caller.</summary>
    public ReadView ViewAt(ulong scrub, long index)
    {
        lock (_gate)
        {
            ThrowUnlessOwn(scrub);
            Renew();
            if (_view?.State.Index != index)
            {
                Forget();
                _view = States.Find(index);
            }
            return _view?.Share() ?? throw Errors.Failure(Error.Types.Code.NotFound, $"What this node held at entry {index} was not kept. Begin the scrub anew.");
        }
    }

    /// <summary>The digests of that state's leaves, computed once for all questions.</summary>
    public Task<RangeDigests> DigestsAt(ulong scrub, long index)
    {
        lock (_gate)
        {
            var view = ViewAt(scrub, index);
            if (_digests is null) return _digests = Task.Run(() => Digest(view), CancellationToken.None);
            view.Dispose();
            return _digests;
        }
    }

    /// <summary>Ends one; another one's goes on.</summary>
    public void End(ulong scrub)
    {
        lock (_gate)
            if (_scrub == scrub)
                Drop();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void ThrowUnlessOwn(ulong scrub)
    {
        if (scrub == 0 || _scrub != scrub) throw Errors.Failure(Error.Types.Code.NotFound, "This scrub is not under way here any more. Begin it anew.");
    }

    private void Renew() => _timer.Change(KeepFor, Timeout.InfiniteTimeSpan);

    private void Drop()
    {
        lock (_gate)
        {
            Forget();
            _scrub = 0;
            if (_node.IsStarted) States.Drop();
        }
    }

    private void Forget()
    {
        _view?.Dispose();
        (_view, _digests) = (null, null);
    }

    private RangeDigests Digest(ReadView view)
    {
        using (view) return RangeDigests.Of(view, _node.Stopping);
    }
}
