using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Transactions;
using Replication.Node.Options;
using Replication.Node.Reporting;
using Replication.Node.Roles;
using Replication.Node.Views;
using Replication.Primary.Commits;
using Replication.Primary.Serving;
using Replication.Replica;
using Replication.Wire;

namespace Replication.Node;

/// <summary>
/// One node in this process: owns the database, chooses the role and lends the database to it. Serving followers runs in
/// both roles.
/// </summary>
public sealed class ReplicationNode : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly DatabaseEnvironment _environment;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly Action<Exception> _fatal;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly long _started;
    private NodeState _state = NodeState.Starting;
    private LocalDatabase? _database;
    private CommitThread? _commits;
    private ReplicaRole? _replica;
    private RecoveryWatch? _recovery;
    private string _address = string.Empty;

    /// <summary>Makes a node that is not started.</summary>
    /// <param name="options">How it is set up; checked.</param>
    /// <param name="environment">The world.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For what happens.</param>
    /// <param name="fatal">Called when what is on the disk is unknown or an entry cannot be applied: the process has to end.</param>
    public ReplicationNode(IOptions<NodeOptions> options, DatabaseEnvironment environment, TimeProvider time, ILoggerFactory loggers, FatalExit fatal)
    {
        _options = options.Value;
        _environment = environment;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Replication.Node");
        _fatal = fatal.Invoke;
        _started = time.GetTimestamp();
        Views = new OpenViews(_options.MaxViewAge, time, _logger);
        Registry = new FollowerRegistry(time, new RetentionLimits(_options.RetainBytes, _options.RetainTime));
    }

    /// <summary>The views that applications and clients hold.</summary>
    internal OpenViews Views { get; }

    /// <summary>What it does.</summary>
    public NodeRole Role => _options.EffectiveRole;

    /// <summary>Where it is in its life.</summary>
    public NodeState State
    {
        get
        {
            lock (_gate)
            {
                return _state != NodeState.Connecting || _replica is null ? _state : _replica.State switch
                {
                    ReplicaState.Bootstrapping => NodeState.Bootstrapping,
                    ReplicaState.CatchingUp => NodeState.CatchingUp,
                    ReplicaState.Streaming => NodeState.Streaming,
                    ReplicaState.Checking => NodeState.Checking,
                    ReplicaState.Holding => NodeState.Holding,
                    _ => NodeState.Connecting,
                };
            }
        }
    }

    /// <summary>Its name, for people.</summary>
    public string Name => _options.EffectiveName;

    /// <summary>Its own gRPC address.</summary>
    public string Address => _address;

    /// <summary>gRPC address of the primary, as far as it is known here; otherwise empty.</summary>
    public string PrimaryAddress => Role == NodeRole.Primary ? _address : _replica?.Primary ?? string.Empty;

    /// <summary>How old the data shown here may be; zero on the primary.</summary>
    public TimeSpan Age => _replica?.Age ?? TimeSpan.Zero;

    /// <summary>Over which nodes the data comes, this one first; only after the start.</summary>
    public UpstreamPath Path => _replica?.Path ?? (Role == NodeRole.Primary ? UpstreamPath.OfPrimary(Database.Identity.NodeId) : UpstreamPath.OfNobodysFollower(Database.Identity.NodeId));

    /// <summary>The database; only after the start.</summary>
    public LocalDatabase Database => _database ?? throw Errors.Failure(Protos.V1.Error.Types.Code.Loading, "This node is starting. Try again after a moment.");

    /// <summary>Serves followers; only after the start.</summary>
    public FollowServer Followers { get; private set; } = null!;

    /// <summary>Takes and serves snapshots; only after the start.</summary>
    public SnapshotServer Snapshots { get; private set; } = null!;

    /// <summary>Cancelled when the node begins to stop: long calls end then, so that stopping does not wait for them.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    internal FollowerRegistry Registry { get; }

    internal NodeOptions Options => _options;

    internal TimeSpan Uptime => _time.GetElapsedTime(_started);

    internal CommitThread? Commits => _commits;

    internal ReplicaRole? Replica => _replica;

    internal bool IsStarted => Volatile.Read(ref _database) is not null && State is not (NodeState.Starting or NodeState.Recovering);

    /// <summary>Why it is not ready while <see cref="IsStarted"/> is false: how far it is.</summary>
    internal string StartingReason => Volatile.Read(ref _recovery) is { } recovery ? $"The node is recovering: {recovery.Describe()}." : "The node is starting.";

    /// <summary>Opens the database. Throws what <see cref="LocalDatabase.Open"/> throws.</summary>
    public void Open()
    {
        Become(NodeState.Recovering);
        var options = new DatabaseOptions(_options.EffectiveData)
        {
            Init = _options.Init,
            Log = new LogOptions { SegmentBytes = _options.SegmentBytes, RetainBytes = _options.RetainBytes, RecentBytes = _options.RecentLogBytes },
        };
        using var watch = new RecoveryWatch(options.Progress, _time, _logger);
        Volatile.Write(ref _recovery, watch);
        var database = LocalDatabase.Open(_environment, options, withHistory: Role == NodeRole.Primary);
        if (Role == NodeRole.Primary && database.Log is null)
        {
            database.Dispose();
            throw new DataDirectoryException($"{_options.EffectiveData} is of a replica that has no data yet, so it cannot become a primary. Name another directory for --data.");
        }
        Report(database, watch.Elapsed);
        Registry.Restore(database.ReadFollowers());
        var serving = new ServingOptions { MaxTransfers = _options.SnapshotTransfers, SnapshotBytesPerSecond = _options.SnapshotRate };
        Snapshots = new SnapshotServer(database, _environment.Files, Registry, serving, _time, LogDigestAsync, _logger);
        Followers = new FollowServer(
            database, Snapshots, Registry, serving, _time, new ServedNode(() => PrimaryAddress, () => Age, () => Path), _loggers.CreateLogger("Replication.Serving"));
        Volatile.Write(ref _database, database);
    }

    /// <summary>Begins the role; everybody may be served from now on.</summary>
    /// <param name="address">Where this node's gRPC services are.</param>
    public void BeginRole(string address)
    {
        _address = address;
        if (Role == NodeRole.Primary)
        {
            var limits = new TransactionLimits { MaxValueBytes = _options.MaxValueBytes, MaxTransactionBytes = _options.MaxTransactionBytes, MaxMemoryBytes = _options.EffectiveMaxMemoryBytes };
            _commits = new CommitThread(Database, Name, limits, _time, _fatal, _loggers.CreateLogger("Replication.Primary"));
            Become(NodeState.Primary);
            return;
        }
        var replica = new ReplicaOptions(_options.Upstreams, Name, address, _options.Standby ? FollowerKind.Standby : FollowerKind.Reader)
        {
            BootstrapFrom = _options.BootstrapFrom,
            Below = () => Registry.Below(Database.Identity.NodeId),
        };
        _replica = new ReplicaRole(Database, replica, _time, _environment.Entropy, _fatal, _loggers.CreateLogger("Replication.Replica"));
        Become(NodeState.Connecting);
    }

    /// <summary>Commits a transaction on the primary; on a replica it is rejected.</summary>
    /// <param name="transaction">Its memory must not change until the answer.</param>
    /// <param name="cancellation">Ends the waiting, not the transaction.</param>
    public Task<CommitOutcome> CommitAsync(Transaction transaction, CancellationToken cancellation) =>
        _commits is { } commits
            ? commits.CommitAsync(transaction, cancellation)
            : Task.FromResult<CommitOutcome>(new CommitOutcome.Rejected(RejectionReason.NotPrimary, Errors.NotPrimary(PrimaryAddress).Message));

    /// <summary>Ends the streams to followers first, then the role: everything that was answered is durable.</summary>
    public async Task EndRoleAsync()
    {
        Become(NodeState.Stopping);
        await _stopping.CancelAsync();
        if (_database is null) return;
        Followers.EndSessions();
        if (_replica is not null) await _replica.DisposeAsync();
        _commits?.Dispose();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (State != NodeState.Stopping) await EndRoleAsync();
        Snapshots?.Dispose();
        Views.Dispose();
        _database?.Dispose();
        _stopping.Dispose();
    }

    private Task LogDigestAsync(CancellationToken cancellation) => _commits is { } commits ? commits.LogDigestAsync(cancellation) : Task.CompletedTask;

    private void Report(LocalDatabase database, TimeSpan took)
    {
        var opening = database.Opening;
        if (opening.IsNew && database.History != HistoryId.None) NodeLog.Created(_logger, database.Layout.Root, database.History.ToString());
        if (opening.TornTail is { } torn) NodeLog.TornTail(_logger, torn.Index, torn.Reason, torn.Bytes, torn.SavedAs);
        foreach (var damage in opening.Damaged) NodeLog.SnapshotPassedOver(_logger, damage.Message);
        NodeLog.Opened(
            _logger,
            database.Layout.Root,
            database.Identity.NodeId,
            database.Identity.StartCounter,
            opening.SnapshotIndex,
            opening.Replayed,
            database.State.Records,
            database.State.Position.ToString(),
            database.State.Digest.ToString());
        if (opening.IsNew) return;
        var seconds = Math.Max(took.TotalSeconds, 0.001);
        NodeLog.Recovered(_logger, took.TotalSeconds, database.State.Records, (long)(database.State.Records / seconds), opening.Replayed);
    }

    private void Become(NodeState next)
    {
        lock (_gate)
        {
            if (_state == next) return;
            if (!_state.CanMoveTo(next)) throw new InvalidOperationException($"A node cannot become {next} from {_state}.");
            NodeLog.StateChanged(_logger, _state, next);
            _state = next;
        }
    }
}
