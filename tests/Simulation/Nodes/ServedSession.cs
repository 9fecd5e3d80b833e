using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The upstream's end of one follow stream: what the follow server and its session do, one event at a time.</summary>
internal sealed class ServedSession
{
    private readonly SimulatedServing _serving;
    private readonly MessageStream _stream;
    private Hello? _hello;
    private StreamSender? _sender;
    private LogLease? _lease;
    private LogCursor? _cursor;
    private bool _ended;
    private bool _pumping;
    private long _wakes;

    public ServedSession(SimulatedServing serving, Endpoint endpoint)
    {
        _serving = serving;
        _stream = new MessageStream(endpoint, message => Run(() => Receive(message)), () => Run(() => End("the replica closed")));
    }

    private NodeProcess Process => _serving.Process;

    private TimeSpan Now => _serving.Cluster.Events.Now;

    /// <summary>Sends what there is to send.</summary>
    public void Pump()
    {
        // A file operation of this process may look at the sessions while one of them reads.
        if (_pumping) return;
        _pumping = true;
        try
        {
            while (!_ended && _sender is not null && SendNext(_sender))
            {
            }
        }
        catch (LogPrunedException)
        {
            End("the replica fell behind");
        }
        catch (IOException unreadable)
        {
            // As on a real node: the session ends, the node goes on.
            if (!_serving.Cluster.Faults.Explains(Process.Node, unreadable)) throw;
            End(unreadable.Message);
        }
        finally
        {
            _pumping = false;
        }
    }

    /// <summary>Ends the session; the replica is told why.</summary>
    public void End(string why)
    {
        if (_ended) return;
        _ended = true;
        if (!_stream.IsClosed) _stream.Send(FollowMap.Ending(Ending.Types.Reason.Unspecified, why).ToByteArray());
        _stream.Close();
        _cursor?.Dispose();
        if (_hello is not null) _serving.Table.Close(this, _hello.NodeId);
        _serving.Forget(this);
    }

    private void Run(Action action) => Process.Run(action);

    private void Receive(byte[] message)
    {
        if (_ended) return;
        try
        {
            var request = FollowRequest.Parser.ParseFrom(message);
            if (_hello is null) Answer(request.MessageCase == FollowRequest.MessageOneofCase.Hello ? request.ToHello() : throw new MalformedPayloadException("no Hello"));
            else if (_sender is null || !_serving.Table.IsOpen(this, _hello.NodeId)) End("the session was replaced");
            else if (_sender.Acknowledge(request.ToAcknowledgement(), _lease!.Log.Durable.Index, Now) is { } wrong) End(wrong);
            else Acknowledged();
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or RpcException or MalformedPayloadException)
        {
            _serving.Cluster.Faults.Noticed(Plans.FaultClass.BytesChanged, malformed);
            End(malformed.Message);
        }
    }

    private void Answer(Hello hello)
    {
        _hello = hello;
        _lease = _serving.Database.Log;
        var answer = Handshake.Answer(hello, UpstreamView.Of(_serving.Database, hello), Process.Path);
        _serving.Cluster.Trace.Add(Process.Name, $"answers {answer.GetType().Name} to entry", hello.Durable.Index, detail: hello.NodeName);
        _serving.Cluster.Answered(Process.Node, hello, answer);
        if (answer is FollowAnswer.Refused refused)
        {
            Send(refused.ToMessage());
            End(refused.Message);
            return;
        }
        var progress = _serving.Table.Open(this, hello, answer, Now, out var replaced);
        replaced?.End("a newer session took over");
        switch (answer)
        {
            case FollowAnswer.Resume resume when progress is not null:
                Send(FollowMap.Resume(resume, _serving.Database.History, _lease!.Epochs.Last, Math.Min(_serving.Database.CommitIndex, resume.FromIndex - 1), string.Empty, Process.Path));
                _sender = new StreamSender(progress, new SendLimits(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), _serving.Cluster.Plan.MessageBytes), Now);
                Pump();
                break;
            case FollowAnswer.Diverged diverged:
                Send(diverged.ToMessage());
                End("diverged");
                break;
            case FollowAnswer.NeedSnapshot:
                _serving.Offer(_lease!.Log.FirstReadable - 1, manifest =>
                {
                    if (manifest is not null)
                    {
                        if (progress is not null) _serving.Table.Offer(progress, manifest.Position.Index, Now);
                        Send(FollowMap.NeedSnapshot(manifest, _serving.Database.History, _lease!.Log.FirstReadable));
                    }
                    End("a snapshot is needed");
                });
                break;
            default:
                End("two processes claim to be this node");
                break;
        }
    }

    private void Acknowledged()
    {
        _serving.Table.Acknowledged(_sender!.Progress, Now);
        _serving.Cluster.Followed(Process.Node, _hello!.NodeId);
        Pump();
    }

    // False when there is nothing to do for now.
    private bool SendNext(StreamSender sender)
    {
        var (durable, commitIndex) = (_lease!.Log.Durable.Index, _serving.Database.CommitIndex);
        sender.TakePath(Process.Path, Now);
        switch (sender.Next(durable, commitIndex, Now))
        {
            case SendStep.Heartbeat:
                var bytes = _cursor?.BytesBehind ?? _lease.Log.BytesBehind(sender.SentIndex);
                Send((sender.Heartbeat(durable, commitIndex, TimeSpan.Zero, Now) with { BytesBehind = bytes }).ToMessage());
                return true;
            case SendStep.Frames:
                _cursor ??= _lease.Log.OpenCursor(sender.SentIndex + 1);
                foreach (var frames in sender.Frames(_cursor.Read(durable), commitIndex)) Send(frames.ToMessage());
                return true;
            case SendStep.EndSilent:
                End("nothing was acknowledged for too long");
                return false;
            default:
                WakeAt(sender.UntilHeartbeat(Now));
                return false;
        }
    }

    private void WakeAt(TimeSpan delay)
    {
        var wake = ++_wakes;
        Process.After(delay, () =>
        {
            if (wake == _wakes) Pump();
        });
    }

    private void Send(FollowResponse message) => _stream.Send(message.ToByteArray());
}
