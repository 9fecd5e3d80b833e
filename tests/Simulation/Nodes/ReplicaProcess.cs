using Replication.Kit.Checks;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Snapshots;
using Replication.Kit;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The following role: connects, does what it is told, and begins again when a session ends.</summary>
internal sealed class ReplicaProcess(SimulatedCluster cluster, SimulatedNode node, MemoryFileSystem files) : NodeProcess(cluster, node, files)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortSession = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Random _random = cluster.Plan.RandomOf(node.Name + "-retries");
    private FollowerCourse _course = null!;
    private UpstreamChoice _choice = null!;
    private FollowedPath _path = null!;
    private MessageStream? _stream;
    private ReplicaStream? _session;
    private Bootstrap? _bootstrap;
    private long _attempts;
    private bool _gone;
    private string? _source;
    private (MessageStream? Stream, DownstreamReporter Reporter) _reporter = (null, new DownstreamReporter());

    /// <summary>Who has the snapshot that is being fetched: whoever offered it.</summary>
    public string SnapshotSource => _source ?? Node.Upstream!.Name;

    /// <summary>The last Hello, as it was sent.</summary>
    public byte[]? LastHello { get; private set; }

    public override UpstreamPath Path => _path.Current;

    public override void Begin()
    {
        _choice = new UpstreamChoice(Node.Upstreams.Count, FirstPause, LongestPause);
        _path = new FollowedPath(Database.Identity.NodeId, hasOthers: Node.Upstreams.Count > 1);
        base.Begin();
        if (Database.State.Index > 0) Cluster.History.Shown(Name, Database.State);
        _course = new FollowerCourse(new FollowerSelf(Name, string.Empty, new SeededEntropy(_random).NextNonZero(), FollowerKind.Reader));
        _bootstrap = Bootstrap.Continue(Database, CancellationToken.None);
        if (_bootstrap is null)
        {
            Bootstrap.RemoveLeftovers(Database);
        }
        else if (OwnLog() is { } own && own.ForkFrom(LogOf(_bootstrap.Log, _bootstrap.Manifest.History, _bootstrap.Manifest.Position)) is { } fork)
        {
            _course.PartedBefore(fork);
            Withdraw(fork);
        }
        Connect();
    }

    /// <summary>The session is over and everything it took in is on the disk, or will not be.</summary>
    public void SessionEnded(string why)
    {
        Cluster.Trace.Add(Name, "ends its session", Database.Log?.Log.Durable.Index ?? 0, detail: why);
        var session = _session!;
        _session = null;
        if (_gone) ForgetBootstrap();
        _gone = false;
        if (session.WasRefused || Now - session.Began < ShortSession)
        {
            ConnectLater();
            return;
        }
        Turn(() => _choice.Ended(session.FellSilent));
        After(TimeSpan.Zero, Connect);
    }

    /// <summary>What was said on a stream of the nodes below.</summary>
    public DownstreamReporter ReporterOf(MessageStream stream)
    {
        if (_reporter.Stream != stream) _reporter = (stream, new DownstreamReporter());
        return _reporter.Reporter;
    }

    /// <summary>The upstream said its path.</summary>
    /// <returns>Null when it may be followed; otherwise why not.</returns>
    public string? TakePath(UpstreamPath? path) => _path.Take(path, Now);

    /// <summary>The chunks of the bootstrap under way cannot be had now, or never.</summary>
    public void TransferBroken(bool isGone)
    {
        if (_session is null)
        {
            if (isGone) ForgetBootstrap();
            return;
        }
        _gone = isGone;
        GiveUp(_attempts, "the transfer broke");
    }

    /// <summary>All chunks are here, and what came of the log is durable: begins from them.</summary>
    public void Install(Bootstrap bootstrap, Func<DatabaseState, DatabaseState> replay, Action installed)
    {
        try
        {
            var state = replay(bootstrap.Load(CancellationToken.None));
            Serving.EndSessions();
            Show(() => Database.Install(bootstrap, state), state.Index);
        }
        catch (IOException failure) when (failure is SnapshotDamagedException || DiskFullException.IsToldBy(failure))
        {
            if (!Cluster.Faults.Explains(Node, failure)) throw;
            TransferBroken(isGone: failure is SnapshotDamagedException);
            return;
        }
        (_bootstrap, _source) = (null, null);
        _course.Bootstrapped();
        Cluster.Installed(Node);
        Cluster.Trace.Add(Name, "begins from a snapshot", bootstrap.Manifest.Position.Index, Database.State.Index);
        installed();
    }

    /// <summary>Goes on with the connection of a bootstrap that is installed.</summary>
    public void GoOn(MessageStream stream, StreamIntake intake)
    {
        var attempt = _attempts;
        _session = new FollowingStream(Cluster, this, Database.Log!, intake, stream, why => GiveUp(attempt, why));
    }

    /// <summary>Shows what the session has applied: nothing that was not announced as committed.</summary>
    public void ShowNewer(StreamReceiver receiver, long announced) => Show(() =>
    {
        Database.MoveCommitIndex(receiver.CommitIndex);
        if (receiver.Newer(Database.State) is { } newer) Database.Publish(newer);
    }, announced);

    protected override void TakeSnapshot(Action<bool> taken)
    {
        using var view = Database.OpenView();
        var state = view.State;
        // On a real node it waits until the log is that far.
        if (Database.Log is not { } lease || state.Index == 0 || lease.Log.Durable.Index < state.Index)
        {
            taken(false);
            return;
        }
        try
        {
            Database.TakeSnapshot(view, Serving.Needs(), CancellationToken.None);
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            taken(false);
            return;
        }
        catch (SnapshotRefusedException) when (Node.IsMemoryChanged)
        {
            Cluster.Trace.Add(Name, "finds its memory changed", state.Index);
            taken(false);
            EndForReplay();
            return;
        }
        Cluster.Trace.Add(Name, "has a snapshot", state.Index);
        taken(true);
    }

    // Its memory is doubted, whatever it is about to do: a session is ended first, between sessions it replays at once.
    private void EndForReplay()
    {
        if (_session is not null) GiveUp(_attempts, "its memory is doubted");
        else Replay();
    }

    private void Replay()
    {
        Node.IsMemoryChanged = false;
        Show(() => Database.Replay(), Database.CommitIndex);
        if (Database.Standing != DigestStanding.Sound) throw new ViolationException("memory that changed is replaced", $"{Name} holds: {Database.Hold!.Finding}");
        Cluster.History.Counts.MemoryReplaced++;
        Cluster.History.CheckContent(Name, Database.State);
        Cluster.Trace.Add(Name, "has replaced its memory", Database.State.Index);
    }

    // The attempt failed.
    private void ConnectLater()
    {
        var pause = TimeSpan.Zero;
        Turn(() => pause = _choice.Failed(_random.NextDouble()));
        After(pause, Connect);
    }

    private void Turn(Action next)
    {
        _path.Leave();
        next();
    }

    // The same upstream, at once: the next Hello says something else.
    private void Again()
    {
        _stream!.Close();
        _stream = null;
        After(TimeSpan.Zero, Connect);
    }

    private void Connect()
    {
        if (Database.Standing != DigestStanding.Sound) Replay();
        Node.Choice = _choice.Current;
        var attempt = ++_attempts;
        Cluster.Network.Connect(Name, Node.Upstream!.Name, SimulatedServing.FollowService, endpoint => Run(() => Introduce(endpoint, attempt)));
    }

    private void Introduce(Endpoint? endpoint, long attempt)
    {
        if (endpoint is null)
        {
            ConnectLater();
            return;
        }
        if (_bootstrap is { Missing.Count: 0 } whole) Install(whole, state => whole.Replay(state, commitIndex: 0, CancellationToken.None), static () => { });
        var hello = _course.Hello(Database.Identity, _bootstrap is { } begun ? LogOf(begun.Log, begun.Manifest.History, begun.Manifest.Position) : OwnLog());
        var stream = new MessageStream(endpoint, message => Run(() => Receive(attempt, hello, message)), () => Run(() => Closed(attempt)));
        _stream = stream;
        LastHello = hello.ToMessage().ToByteArray();
        stream.Send(LastHello);
        After(AnswerTimeout, () =>
        {
            if (attempt == _attempts && _session is null && ReferenceEquals(_stream, stream)) GiveUp(attempt, "no answer came");
        });
    }

    private void Closed(long attempt) => GiveUp(attempt, "the upstream closed");

    private void GiveUp(long attempt, string why)
    {
        if (attempt != _attempts || _stream is not { } stream) return;
        _stream = null;
        stream.Close();
        if (_session is { } session) session.End(why);
        else ConnectLater();
    }

    private void Receive(long attempt, Hello hello, byte[] message)
    {
        if (attempt != _attempts || _stream is null) return;
        try
        {
            var response = FollowResponse.Parser.ParseFrom(message);
            response.ThrowIfChanged(hello.Durable.Index + 1);
            if (_session is { } session) session.Take(response);
            else Decide(attempt, response, hello);
        }
        catch (DigestMismatchException met)
        {
            Cluster.Trace.Add(Name, "finds its memory wrong at", met.Position.Index);
            if (!Node.IsMemoryChanged) throw new ViolationException("digests agree where memory is sound", $"{Name}: {met.Message}");
            Database.Doubt(met.Position);
            GiveUp(attempt, met.Message);
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or RpcException or StreamDamagedException or MalformedPayloadException)
        {
            Cluster.Faults.Noticed(FaultClass.BytesChanged, damaged);
            GiveUp(attempt, damaged.Message);
        }
    }

    private void Decide(long attempt, FollowResponse response, Hello hello)
    {
        var answer = response.ToAnswer(hello.Durable.Index + 1);
        Cluster.Trace.Add(Name, $"is told {response.MessageCase} at", hello.Durable.Index);
        switch (answer is null ? FollowerMove.TryLater : _course.Decide(answer, hello))
        {
            case FollowerMove.Follow when TakePath(response.Resume.Path.ToPath()) is { } objection:
                GiveUp(attempt, objection);
                break;
            case FollowerMove.Follow when _bootstrap is { } begun:
                _session = new BootstrapStream(Cluster, this, begun, _stream!, why => GiveUp(attempt, why));
                break;
            case FollowerMove.Follow when Database.Log is { } lease:
                _session = new FollowingStream(Cluster, this, lease, StreamIntake.Behind(lease), _stream!, why => GiveUp(attempt, why));
                break;
            case FollowerMove.Bootstrap:
                ForgetBootstrap();
                _source = Node.Upstream!.Name;
                Begin(response.NeedSnapshot.Manifest.ToManifest());
                if (_course.IsGoingInCircles || _bootstrap is null)
                {
                    GiveUp(attempt, "a bootstrap begins");
                    break;
                }
                _choice.Reached();
                Again();
                break;
            case FollowerMove.BeginAnew:
                ForgetBootstrap();
                Again();
                break;
            case FollowerMove.Reintroduce:
                Withdraw(_course.Fork!.Value);
                Again();
                break;
            default:
                GiveUp(attempt, answer is FollowAnswer.Refused refused ? refused.Message : "tries later");
                break;
        }
    }

    private void Begin(SnapshotManifest manifest)
    {
        try
        {
            _bootstrap = Bootstrap.Begin(Database, manifest);
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            Cluster.Trace.Add(Name, "has no room to begin from a snapshot", manifest.Position.Index);
        }
    }

    private void ForgetBootstrap()
    {
        if (_bootstrap is { } begun) Cluster.Trace.Add(Name, "breaks off a bootstrap", begun.Manifest.Position.Index, begun.Missing.Count);
        _bootstrap?.Dispose();
        (_bootstrap, _source) = (null, null);
        Bootstrap.Forget(Database);
    }

    private void Withdraw(LogPosition fork)
    {
        if (Database.State.Index <= fork.Index) return;
        Database.Withdraw();
        Serving.EndSessions();
    }

    private FollowerLog? OwnLog() => Database.Log is { } lease ? LogOf(lease, Database.History, null) : null;

    private static FollowerLog LogOf(LogLease lease, HistoryId history, LogPosition? fetching) =>
        new(history, lease.Log.Durable, lease.Epochs.UpTo(lease.Log.Durable.Index), fetching);
}
