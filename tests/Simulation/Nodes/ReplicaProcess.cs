using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Snapshots;
using Replication.Kit;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;
using Replication.Wire;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The following role: connects, does what it is told, and begins again when a session ends.</summary>
internal sealed class ReplicaProcess(SimulatedCluster cluster, SimulatedNode node, MemoryFileSystem files) : NodeProcess(cluster, node, files)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly Random _random = cluster.Plan.RandomOf(node.Name + "-retries");
    private FollowerCourse _course = null!;
    private MessageStream? _stream;
    private ReplicaStream? _session;
    private SnapshotTransfer? _transfer;
    private long _attempts;

    /// <summary>The last Hello, as it was sent.</summary>
    public byte[]? LastHello { get; private set; }

    public override void Begin()
    {
        base.Begin();
        if (Database.State.Index > 0) Cluster.History.Shown(Name, Database.State);
        _course = new FollowerCourse(new FollowerSelf(Name, string.Empty, new SeededEntropy(_random).NextNonZero(), FollowerKind.Reader));
        Connect();
    }

    /// <summary>The session is over and everything it took in is on the disk, or will not be.</summary>
    public void SessionEnded(string why)
    {
        Cluster.Trace.Add(Name, "ends its session", Database.Log?.Log.Durable.Index ?? 0, detail: why);
        _session = null;
        ConnectLater();
    }

    /// <summary>Shows what the session has applied: nothing that was not announced as committed.</summary>
    public void ShowNewer(StreamReceiver receiver, long announced) => Show(() =>
    {
        Database.MoveCommitIndex(receiver.CommitIndex);
        if (receiver.Newer(Database.State) is { } newer) Database.Publish(newer);
    }, announced);

    protected override void TakeSnapshot(Action<bool> taken)
    {
        var state = Database.State;
        // On a real node it waits until the log is that far.
        if (_transfer is not null || Database.Log is not { } lease || state.Index == 0 || lease.Log.Durable.Index < state.Index)
        {
            taken(false);
            return;
        }
        try
        {
            Database.TakeSnapshot(state, Serving.Needs(), CancellationToken.None);
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            taken(false);
            return;
        }
        Cluster.Trace.Add(Name, "has a snapshot", state.Index);
        taken(true);
    }

    private void ConnectLater() => After(TimeSpan.FromMilliseconds(100 + _random.Next(400)), Connect);

    private void Connect()
    {
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
        var lease = Database.Log;
        var hello = _course.Hello(Database.Identity, lease?.Log.Durable, lease?.Epochs.UpTo(lease.Log.Durable.Index) ?? EpochTable.Empty);
        var stream = new MessageStream(endpoint, message => Run(() => Receive(attempt, hello.Durable.Index, message)), () => Run(() => Closed(attempt)));
        _stream = stream;
        LastHello = hello.ToMessage().ToByteArray();
        stream.Send(LastHello);
        After(AnswerTimeout, () =>
        {
            if (attempt == _attempts && _session is null && _transfer is null && ReferenceEquals(_stream, stream)) GiveUp(attempt, "no answer came");
        });
    }

    private void Closed(long attempt) => GiveUp(attempt, "the upstream closed");

    private void GiveUp(long attempt, string why)
    {
        if (attempt != _attempts || _stream is not { } stream) return;
        _stream = null;
        stream.Close();
        if (_session is { } session) session.End(why);
        else if (_transfer is null) ConnectLater();
    }

    private void Receive(long attempt, long durable, byte[] message)
    {
        if (attempt != _attempts || _stream is null) return;
        try
        {
            var response = FollowResponse.Parser.ParseFrom(message);
            response.ThrowIfChanged(durable + 1);
            if (_session is { } session) session.Take(response);
            else Decide(attempt, response, durable);
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or RpcException or StreamDamagedException or MalformedPayloadException)
        {
            Cluster.Faults.Noticed(FaultClass.BytesChanged, damaged);
            GiveUp(attempt, damaged.Message);
        }
    }

    private void Decide(long attempt, FollowResponse response, long durable)
    {
        var answer = response.ToAnswer(durable + 1);
        Cluster.Trace.Add(Name, $"is told {response.MessageCase} at", durable);
        switch (answer is null ? FollowerMove.TryLater : _course.Decide(answer))
        {
            case FollowerMove.Follow when Database.Log is { } lease:
                _session = new ReplicaStream(Cluster, this, lease, _stream!, why => GiveUp(attempt, why));
                break;
            case FollowerMove.Bootstrap:
                var manifest = response.NeedSnapshot.Manifest.ToManifest();
                _transfer = new SnapshotTransfer(Cluster, this, manifest, Bootstrapped);
                _stream!.Close();
                _stream = null;
                _transfer.Begin();
                break;
            default:
                GiveUp(attempt, answer is FollowAnswer.Refused refused ? refused.Message : "tries later");
                break;
        }
    }

    private void Bootstrapped(SnapshotTransfer transfer, bool isWhole)
    {
        _transfer = null;
        if (isWhole)
        {
            Serving.EndSessions();
            if (!TryInstall(transfer)) isWhole = false;
        }
        transfer.Dispose();
        Cluster.Trace.Add(Name, isWhole ? "begins from a snapshot" : "breaks off a bootstrap", transfer.Folder.Manifest.Position.Index, transfer.Folder.Missing.Count);
        if (isWhole) _course.Bootstrapped();
        ConnectLater();
    }

    private bool TryInstall(SnapshotTransfer transfer)
    {
        try
        {
            // A node that was too far behind for the log shows what it has until the new state takes its place.
            Show(() => Database.Install(transfer.Folder, keepOldLog: _course.Fork is not null), transfer.Folder.Manifest.Position.Index);
            Cluster.Installed(Node);
            return true;
        }
        catch (IOException failure) when (failure is SnapshotDamagedException || DiskFullException.IsToldBy(failure))
        {
            if (!Cluster.Faults.Explains(Node, failure)) throw;
            return false;
        }
    }
}
