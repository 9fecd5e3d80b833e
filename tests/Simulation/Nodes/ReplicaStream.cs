using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.World;
using Replication.Wire;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The replica's end of one follow stream behind Resume: what the replica's session and its log thread do, one event at a time.</summary>
internal sealed class ReplicaStream
{
    private static readonly TimeSpan AckInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly SimulatedCluster _cluster;
    private readonly ReplicaProcess _process;
    private readonly LogLease _lease;
    private readonly MessageStream _stream;
    private readonly Action<string> _giveUp;
    private readonly StreamReceiver _receiver;
    private readonly AppendBuffer _buffer;
    private TimeSpan _heard;
    private long _announced;
    private string? _ended;

    public ReplicaStream(SimulatedCluster cluster, ReplicaProcess process, LogLease lease, MessageStream stream, Action<string> giveUp)
    {
        _cluster = cluster;
        _process = process;
        _lease = lease;
        _stream = stream;
        _giveUp = giveUp;
        var tail = lease.Log.Durable;
        _buffer = new AppendBuffer(tail);
        _receiver = new StreamReceiver(tail, lease.Epochs.UpTo(tail.Index), process.Database.State, process.Database.Digests, Append);
        lease.Log.ReadEach(_receiver.Applied + 1, tail.Index, _receiver.TakeLogged);
        _heard = cluster.Events.Now;
        _announced = process.Database.CommitIndex;
        cluster.Trace.Add(process.Name, "follows from", tail.Index + 1);
        AcknowledgeEvery();
    }

    /// <summary>A message came.</summary>
    public void Take(FollowResponse message)
    {
        _heard = _cluster.Events.Now;
        switch (message.MessageCase)
        {
            case FollowResponse.MessageOneofCase.Frames:
                _announced = Math.Max(_announced, (long)message.Frames.CommitIndex);
                try
                {
                    _receiver.Take(message.Frames.ToFrames());
                }
                finally
                {
                    _lease.Epochs = _receiver.Epochs;
                }
                _process.ShowNewer(_receiver, _announced);
                TakeToDisk();
                break;
            case FollowResponse.MessageOneofCase.Heartbeat:
                _announced = Math.Max(_announced, (long)message.Heartbeat.CommitIndex);
                _receiver.Take(message.Heartbeat.ToHeartbeat());
                _process.ShowNewer(_receiver, _announced);
                break;
            default:
                _giveUp(message.Ending?.Message ?? "a message came that does not belong there");
                break;
        }
    }

    /// <summary>Nothing more comes. What came is still taken to the disk.</summary>
    public void End(string why)
    {
        if (_ended is not null) return;
        _ended = why;
        TakeToDisk();
        LeaveWhenDrained();
    }

    private void Append(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        _cluster.History.Streamed(_process.Name, _buffer.Taken.Index + 1, header);
        _buffer.Take(frame, header);
    }

    private void TakeToDisk()
    {
        if (_buffer.TakeBatch() is { } batch) _process.After(_process.Node.DiskDelay, () => Write(batch));
    }

    private void Write(LogBatch batch)
    {
        try
        {
            _lease.Log.Append(batch, Math.Min(_process.Database.CommitIndex, batch.After.Index));
        }
        catch (DiskFullException full)
        {
            // Nothing of it was written: the next session begins behind the log.
            _ended ??= full.Message;
            _stream.Close();
            _process.SessionEnded(full.Message);
            return;
        }
        _cluster.Trace.Add(_process.Name, "synced", batch.First.Index, batch.After.Index);
        _buffer.Complete(batch);
        TakeToDisk();
        if (_ended is null) Acknowledge();
        _process.Serving.LogMoved();
        LeaveWhenDrained();
    }

    private void LeaveWhenDrained()
    {
        if (_ended is not null && _buffer.IsDrained) _process.SessionEnded(_ended);
    }

    private void AcknowledgeEvery()
    {
        if (_ended is not null) return;
        if (_cluster.Events.Now - _heard > Silence)
        {
            _giveUp("nothing came for too long");
            return;
        }
        Acknowledge();
        _process.After(AckInterval, AcknowledgeEvery);
    }

    private void Acknowledge()
    {
        var received = _buffer.Taken.Index;
        var acknowledgement = new Acknowledgement(
            received, Math.Min(received, _lease.Log.Durable.Index), Math.Min(received, _process.Database.State.Index), (ulong)_cluster.Events.Now.TotalMicroseconds + 1);
        _stream.Send(Google.Protobuf.MessageExtensions.ToByteArray(acknowledgement.ToMessage()));
    }
}
