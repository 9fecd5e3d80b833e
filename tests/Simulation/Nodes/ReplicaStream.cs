using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.World;
using Replication.Wire;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The replica's end of one follow stream behind Resume: what a session and its log thread do, one event at a time.</summary>
internal abstract class ReplicaStream
{
    private static readonly TimeSpan AckInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly MessageStream _stream;
    private readonly Action<string> _giveUp;
    private readonly AppendBuffer _buffer;
    private TimeSpan _heard;
    private string? _ended;
    private bool _handedOver;
    private bool _hasLeft;

    /// <summary>Begins behind the end of a log.</summary>
    /// <param name="cluster">The world.</param>
    /// <param name="process">Whose stream it is.</param>
    /// <param name="log">That takes the frames.</param>
    /// <param name="stream">The connection.</param>
    /// <param name="giveUp">Ends the session.</param>
    protected ReplicaStream(SimulatedCluster cluster, ReplicaProcess process, LogLease log, MessageStream stream, Action<string> giveUp)
    {
        Cluster = cluster;
        Process = process;
        Log = log;
        _stream = stream;
        _giveUp = giveUp;
        _buffer = new AppendBuffer(log.Log.Durable);
        _heard = Began = cluster.Events.Now;
        cluster.Trace.Add(process.Name, "follows from", log.Log.Durable.Index + 1);
    }

    protected SimulatedCluster Cluster { get; }

    protected ReplicaProcess Process { get; }

    protected LogLease Log { get; }

    /// <summary>The connection, to be handed over.</summary>
    protected MessageStream Stream => _stream;

    /// <summary>Whether everything taken is durable.</summary>
    protected bool IsDrained => _buffer.IsDrained;

    /// <summary>The highest index that the upstream said is committed.</summary>
    protected abstract long CommitIndex { get; }

    /// <summary>Every reign up to the end of what was taken.</summary>
    protected abstract EpochTable Epochs { get; }

    /// <summary>What it acknowledges besides what is in the log.</summary>
    protected abstract (long Applied, TransferProgress Transfer) Progress { get; }

    /// <summary>When it began.</summary>
    public TimeSpan Began { get; }

    /// <summary>Whether nothing came any more.</summary>
    public bool FellSilent { get; private set; }

    /// <summary>Whether the upstream turned out to be one that must not be followed.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>A message came.</summary>
    public void Take(FollowResponse message)
    {
        _heard = Cluster.Events.Now;
        switch (message.MessageCase)
        {
            case FollowResponse.MessageOneofCase.Frames:
                try
                {
                    Take(message.Frames.ToFrames());
                }
                finally
                {
                    Log.Epochs = Epochs;
                }
                TakeToDisk();
                break;
            case FollowResponse.MessageOneofCase.Heartbeat:
                var heartbeat = message.Heartbeat.ToHeartbeat();
                if (Process.TakePath(heartbeat.Path) is { } objection)
                {
                    WasRefused = true;
                    _giveUp(objection);
                    break;
                }
                Take(heartbeat);
                break;
            default:
                _giveUp(message.Ending?.Message ?? "a message came that does not belong there");
                break;
        }
    }

    /// <summary>Nothing more comes. What came is still taken to the disk.</summary>
    public virtual void End(string why)
    {
        if (_ended is not null) return;
        _ended = why;
        TakeToDisk();
        LeaveWhenDrained();
    }

    /// <summary>Begins to acknowledge.</summary>
    protected void AcknowledgeEvery()
    {
        if (_ended is not null) return;
        if (Cluster.Events.Now - _heard > Silence)
        {
            FellSilent = true;
            _giveUp("nothing came for too long");
            return;
        }
        Acknowledge();
        Process.After(AckInterval, AcknowledgeEvery);
    }

    /// <summary>Frames came.</summary>
    protected abstract void Take(in StreamFrames frames);

    /// <summary>A heartbeat came.</summary>
    protected abstract void Take(in StreamHeartbeat heartbeat);

    /// <summary>A batch became durable.</summary>
    protected virtual void Synced()
    {
    }

    /// <summary>A checked frame goes to the log.</summary>
    protected void Append(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        Cluster.History.Streamed(Process.Name, _buffer.Taken.Index + 1, header);
        _buffer.Take(frame, header);
    }

    /// <summary>Another session goes on with the connection; this one acknowledges no more and is not told of an end.</summary>
    protected void HandOver() => (_ended, _handedOver) = ("handed over", true);

    private void TakeToDisk()
    {
        if (_buffer.TakeBatch() is { } batch) Process.After(Process.Node.DiskDelay, () => Write(batch));
    }

    private void Write(LogBatch batch)
    {
        try
        {
            Log.Log.Append(batch, Math.Min(CommitIndex, batch.After.Index));
        }
        catch (DiskFullException full)
        {
            // Nothing of it was written: the next session begins behind the log.
            _ended ??= full.Message;
            _stream.Close();
            Leave(full.Message);
            return;
        }
        Cluster.Trace.Add(Process.Name, "synced", batch.First.Index, batch.After.Index);
        _buffer.Complete(batch);
        TakeToDisk();
        if (_ended is null) Acknowledge();
        Synced();
        LeaveWhenDrained();
    }

    private void LeaveWhenDrained()
    {
        if (_ended is not null && !_handedOver && _buffer.IsDrained) Leave(_ended);
    }

    // Once: what a batch led to may have ended the session already.
    private void Leave(string why)
    {
        if (_hasLeft) return;
        _hasLeft = true;
        Process.SessionEnded(why);
    }

    private void Acknowledge()
    {
        var received = _buffer.Taken.Index;
        var (applied, transfer) = Progress;
        var acknowledgement = new Acknowledgement(
            received, Math.Min(received, Log.Log.Durable.Index), Math.Min(received, applied), (ulong)Cluster.Events.Now.TotalMicroseconds + 1, transfer)
        {
            Below = Process.ReporterOf(_stream).Next(Process.Serving.Below, Cluster.Events.Now),
        };
        _stream.Send(Google.Protobuf.MessageExtensions.ToByteArray(acknowledgement.ToMessage()));
    }
}
