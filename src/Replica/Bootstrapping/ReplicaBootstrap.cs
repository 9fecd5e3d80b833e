using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Replica.Bootstrapping;

/// <summary>
/// A replica's bootstraps: the one under way, over sessions and restarts, from the manifest to the installation. At most
/// one at a time.
/// </summary>
internal sealed class ReplicaBootstrap : IDisposable
{
    private readonly LocalDatabase _database;
    private readonly ReplicaOptions _options;
    private readonly ReplicaProgress _progress;
    private readonly FollowedPath _path;
    private readonly TimeProvider _time;
    private readonly Action<Exception> _fatal;
    private readonly ILogger _logger;
    private readonly SnapshotFetcher _fetcher;
    private volatile Bootstrap? _current;
    private bool _elsewhereFailed;
    private Uri? _source;
    private LogPosition? _refused;
    private long _installed;

    public ReplicaBootstrap(LocalDatabase database, ReplicaOptions options, ReplicaProgress progress, FollowedPath path, TimeProvider time, Action<Exception> fatal, ILogger logger)
    {
        _database = database;
        _options = options;
        _progress = progress;
        _path = path;
        _time = time;
        _fatal = fatal;
        _logger = logger;
        _fetcher = new SnapshotFetcher(database.Identity.NodeId, progress, time, logger);
    }

    /// <summary>The log behind the snapshot that is being fetched; null when none is.</summary>
    public FollowerLog? Log => _current is { } bootstrap
        ? new FollowerLog(bootstrap.Manifest.History, bootstrap.Log.Log.Durable, bootstrap.Log.Epochs.UpTo(bootstrap.Log.Log.Durable.Index), bootstrap.Manifest.Position)
        : null;

    /// <summary>Whether the upstream need not offer a snapshot.</summary>
    public bool FetchesElsewhere => _options.BootstrapFrom is not null && !_elsewhereFailed;

    /// <summary>Snapshots installed since the start.</summary>
    public long Installed => Interlocked.Read(ref _installed);

    /// <summary>Goes on with what the last run of this node left behind. Readers are not shown what it already knew to be taken back.</summary>
    /// <param name="own">This node's own log; null while it has none.</param>
    /// <param name="cancellation">Ends the looking at what is there.</param>
    /// <returns>Where the node's own log parted from the one that it fetches; null when it did not.</returns>
    public async Task<LogPosition?> GoOnAsync(FollowerLog? own, CancellationToken cancellation)
    {
        Go(await Task.Run(() => Bootstrap.Continue(_database, cancellation), cancellation));
        if (_current is null) Bootstrap.RemoveLeftovers(_database);
        return own is not null && Log is { } fetched ? own.ForkFrom(fetched) : null;
    }

    /// <summary>Installs a snapshot all of which is here, with the log behind it: for that no upstream is needed.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="SnapshotGoneException">It is not what it was said to be, and forgotten.</exception>
    public async Task<bool> InstallIfWholeAsync(CancellationToken cancellation)
    {
        if (_current is not { Missing.Count: 0 } bootstrap) return false;
        await ForgettingDamageAsync(bootstrap, () => Task.Run(() => Install(bootstrap, Replay(bootstrap, bootstrap.Load(cancellation), commitIndex: 0, cancellation)), cancellation));
        return true;
    }

    /// <summary>The upstream needs this node to begin from a snapshot: takes up the one that it offers, or one of the node that snapshots are fetched from.</summary>
    /// <param name="need">What it said.</param>
    /// <param name="upstream">Its address.</param>
    /// <param name="cancellation">Ends the asking.</param>
    /// <exception cref="UpstreamException">None can be had now.</exception>
    public async Task BeginAsync(NeedSnapshot need, Uri upstream, CancellationToken cancellation)
    {
        // What came of another one leads nowhere: the upstream does not go on with its log.
        Forget();
        var manifest = need.Manifest?.ToManifest() ?? await AskElsewhereAsync(need, cancellation);
        if (_database.History != HistoryId.None && manifest.History != _database.History)
            throw new UpstreamException($"It offers a snapshot of history {manifest.History}, this node's data belongs to {_database.History}. Follow the right primary, or start this node from an empty directory.");
        if (manifest.Position == _refused)
            throw new UpstreamException($"Its snapshot at {manifest.Position} does not agree with the log behind it and is not fetched again. Compare the nodes with 'replctl scrub', or have another snapshot taken with 'replctl snapshot'.");
        _source = need.Manifest is null ? _options.BootstrapFrom : upstream;
        _progress.BeginsAnew();
        Go(Bootstrap.Begin(_database, manifest));
    }

    /// <summary>Forgets the bootstrap under way; when it came from elsewhere, the upstream offers the next one.</summary>
    public void Abandon()
    {
        if (_source == _options.BootstrapFrom) _elsewhereFailed = true;
        Forget();
    }

    /// <summary>Runs a session of the bootstrap under way.</summary>
    /// <param name="call">A stream that was answered with Resume.</param>
    /// <param name="upstream">Of that stream; asked for chunks when it is not known who offered them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Where the stream is to be gone on with when the snapshot is installed; otherwise why the session ended.</returns>
    public async Task<(StreamIntake? Installed, string Reason)> RunAsync(UpstreamCall call, Uri upstream, CancellationToken cancellation)
    {
        var bootstrap = _current!;
        // Whoever offered the snapshot has it: the log may come from any node, the chunks only from that one.
        using var source = new UpstreamLink(_source ?? (FetchesElsewhere ? _options.BootstrapFrom! : upstream));
        (StreamIntake? Installed, string Reason) end = default;
        await ForgettingDamageAsync(bootstrap, async () => end = await RunAsync(bootstrap, call, source, cancellation));
        return end;
    }

    /// <inheritdoc/>
    public void Dispose() => _current?.Dispose();

    private async Task<(StreamIntake? Installed, string Reason)> RunAsync(Bootstrap bootstrap, UpstreamCall call, UpstreamLink source, CancellationToken cancellation)
    {
        DatabaseState? state;
        StreamIntake intake;
        using (var session = new BootstrapSession(bootstrap, Replay, call, _progress, _path, _options, _time, _fatal))
        {
            (state, var reason) = await session.RunAsync(token => _fetcher.FetchAsync(source.Snapshots, bootstrap, token), cancellation);
            if (state is null) return (null, reason);
            intake = session.Intake;
        }
        await Task.Run(() => Install(bootstrap, state), cancellation);
        return (intake, string.Empty);
    }

    private DatabaseState Replay(Bootstrap bootstrap, DatabaseState state, long commitIndex, CancellationToken cancellation) => _database.Log is null
        ? bootstrap.ReplayWhatAgrees(state, commitIndex, cancellation)
        : bootstrap.Replay(state, commitIndex, cancellation);

    private async Task ForgettingDamageAsync(Bootstrap bootstrap, Func<Task> bring)
    {
        try
        {
            await bring();
        }
        catch (Exception gone) when (gone is SnapshotGoneException or SnapshotDamagedException or LogDamagedException or ApplyException)
        {
            // Nothing of it was shown. What this node has is as good as before, and is served on.
            if (gone is ApplyException) _refused = bootstrap.Manifest.Position;
            ReplicaLog.BootstrapForgotten(_logger, bootstrap.Manifest.Position.ToString(), gone.Message);
            Abandon();
            throw gone as SnapshotGoneException ?? new SnapshotGoneException(gone.Message, gone);
        }
    }

    private void Install(Bootstrap bootstrap, DatabaseState state)
    {
        _database.Install(bootstrap, state, () => Interlocked.Increment(ref _installed));
        (_current, _source, _refused, _elsewhereFailed) = (null, null, null, false);
        _progress.Installed(state.Index);
        ReplicaLog.BootstrapDone(_logger, bootstrap.Manifest.Position.ToString(), bootstrap.Manifest.Digest.ToString(), state.Position.ToString());
    }

    private void Go(Bootstrap? bootstrap)
    {
        _current = bootstrap;
        if (bootstrap is null) return;
        var manifest = bootstrap.Manifest;
        ReplicaLog.BootstrapBegins(_logger, manifest.Position.ToString(), manifest.Records, manifest.Chunks.Length, bootstrap.Missing.Count);
        _progress.Fetched(bootstrap.Progress);
    }

    private void Forget()
    {
        _current?.Dispose();
        _current = null;
        _source = null;
        _progress.Fetched(TransferProgress.None);
        Bootstrap.Forget(_database);
    }

    private async Task<SnapshotManifest> AskElsewhereAsync(NeedSnapshot need, CancellationToken cancellation)
    {
        if (_options.BootstrapFrom is not { } address) throw new UpstreamException("It offers no snapshot although none was refused.");
        using var link = new UpstreamLink(address);
        var atLeast = Math.Max(1, need.FirstIndex) - 1;
        var request = new OfferSnapshotRequest { NodeId = _database.Identity.NodeId, HistoryId = need.HistoryId, AtLeast = atLeast };
        try
        {
            var offer = await link.Snapshots.OfferSnapshotAsync(request, cancellationToken: cancellation).ResponseAsync.WaitAsync(_options.AnswerTimeout, _time, cancellation);
            var manifest = (offer.Manifest ?? throw new MalformedPayloadException("an offer without a manifest")).ToManifest();
            return manifest.History == PositionMap.ToHistory(need.HistoryId) ? manifest : throw new MalformedPayloadException($"its snapshot is of history {manifest.History}");
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is RpcException or MalformedPayloadException or TimeoutException)
        {
            _elsewhereFailed = true;
            ReplicaLog.BootstrapElsewhereFailed(_logger, address, PeerText.Shortened(failure.Message));
            throw new UpstreamException($"{address} offers no snapshot: {PeerText.Shortened(failure.Message)}", failure);
        }
    }
}
