using Grpc.Core;
using Microsoft.Extensions.Logging;
using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Payloads;
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

    /// <summary>Goes on with what the last run of this node left behind.</summary>
    public void GoOn() => Go(Bootstrap.Continue(_database));

    /// <summary>Installs a snapshot all of which is here: for that no upstream is needed.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="SnapshotGoneException">It is not what it was said to be, and forgotten.</exception>
    public async Task<bool> InstallIfWholeAsync(CancellationToken cancellation)
    {
        if (_current is not { Missing.Count: 0 } bootstrap) return false;
        await ForgettingDamageAsync(bootstrap, () => Task.Run(() => Install(bootstrap, bootstrap.Load(cancellation)), cancellation));
        return true;
    }

    /// <summary>The upstream needs this node to begin from a snapshot: takes up the one that it offers, or one of the node that snapshots are fetched from.</summary>
    /// <exception cref="UpstreamException">None can be had now.</exception>
    public async Task BeginAsync(NeedSnapshot need, CancellationToken cancellation)
    {
        // What came of another one leads nowhere: the upstream does not go on with its log.
        Forget();
        var manifest = need.Manifest?.ToManifest() ?? await AskElsewhereAsync((long)Math.Min(need.FirstIndex, long.MaxValue) - 1, cancellation);
        _progress.BeginsAnew();
        Go(Bootstrap.Begin(_database, manifest));
    }

    /// <summary>Forgets the bootstrap under way.</summary>
    public void Forget()
    {
        _current?.Dispose();
        _current = null;
        _progress.Fetched(TransferProgress.None);
        Bootstrap.Forget(_database);
    }

    /// <summary>Runs a session of the bootstrap under way.</summary>
    /// <param name="call">A stream that was answered with Resume.</param>
    /// <param name="upstream">Of that stream.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Where the stream is to be gone on with when the snapshot is installed; otherwise why the session ended.</returns>
    public async Task<(StreamIntake? Installed, string Reason)> RunAsync(UpstreamCall call, UpstreamLink upstream, CancellationToken cancellation)
    {
        var bootstrap = _current!;
        using var elsewhere = FetchesElsewhere ? new UpstreamLink(_options.BootstrapFrom!) : null;
        (StreamIntake? Installed, string Reason) end = default;
        await ForgettingDamageAsync(bootstrap, async () => end = await RunAsync(bootstrap, call, elsewhere ?? upstream, cancellation));
        return end;
    }

    /// <inheritdoc/>
    public void Dispose() => _current?.Dispose();

    private async Task<(StreamIntake? Installed, string Reason)> RunAsync(Bootstrap bootstrap, UpstreamCall call, UpstreamLink source, CancellationToken cancellation)
    {
        DatabaseState? state;
        StreamIntake intake;
        using (var session = new BootstrapSession(bootstrap, call, _progress, _path, _options, _time, _fatal))
        {
            (state, var reason) = await session.RunAsync(token => FetchAsync(source, bootstrap, token), cancellation);
            if (state is null) return (null, reason);
            intake = session.Intake;
        }
        await Task.Run(() => Install(bootstrap, state), cancellation);
        return (intake, string.Empty);
    }

    private async Task FetchAsync(UpstreamLink source, Bootstrap bootstrap, CancellationToken cancellation)
    {
        try
        {
            await _fetcher.FetchAsync(source.Snapshots, bootstrap, cancellation);
        }
        catch (Exception failure) when (failure is RpcException or SnapshotGoneException && FetchesElsewhere && !cancellation.IsCancellationRequested)
        {
            _elsewhereFailed = true;
            ReplicaLog.BootstrapElsewhereFailed(_logger, _options.BootstrapFrom!, failure.Message);
            throw;
        }
    }

    private async Task ForgettingDamageAsync(Bootstrap bootstrap, Func<Task> bring)
    {
        try
        {
            await bring();
        }
        catch (Exception gone) when (gone is SnapshotGoneException or SnapshotDamagedException)
        {
            ReplicaLog.BootstrapForgotten(_logger, bootstrap.Manifest.Position.ToString(), gone.Message);
            Forget();
            throw;
        }
    }

    private void Install(Bootstrap bootstrap, DatabaseState state)
    {
        _database.Install(bootstrap, state);
        _current = null;
        _elsewhereFailed = false;
        Interlocked.Increment(ref _installed);
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

    private async Task<SnapshotManifest> AskElsewhereAsync(long atLeast, CancellationToken cancellation)
    {
        if (_options.BootstrapFrom is not { } address) throw new UpstreamException("It offers no snapshot although none was refused.");
        using var link = new UpstreamLink(address);
        var request = new OfferSnapshotRequest { NodeId = _database.Identity.NodeId, HistoryId = _database.History.ToBytes(), AtLeast = (ulong)Math.Max(0, atLeast) };
        try
        {
            var offer = await link.Snapshots.OfferSnapshotAsync(request, cancellationToken: cancellation).ResponseAsync.WaitAsync(_options.AnswerTimeout, _time, cancellation);
            return (offer.Manifest ?? throw new MalformedPayloadException("an offer without a manifest")).ToManifest();
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is RpcException or MalformedPayloadException or TimeoutException)
        {
            _elsewhereFailed = true;
            ReplicaLog.BootstrapElsewhereFailed(_logger, address, failure.Message);
            throw new UpstreamException($"{address} offers no snapshot: {failure.Message}", failure);
        }
    }
}
