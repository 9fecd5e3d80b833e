using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Protos.V1;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Primary.Serving;

/// <summary>
/// One replica's stream, from Resume to its end: sends frames from the log as far as they are synced here and the
/// window is open, heartbeats between, and takes acknowledgements. Holds a cursor and one buffer, whatever the replica's lag.
/// </summary>
internal sealed class FollowSession(
    Hello hello, LocalDatabase database, LogLease lease, FollowerRegistry registry, ServingOptions options, TimeProvider time, ServedNode self, Action<LogDamagedException> damaged) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<string> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pulse _acknowledged = new();
    private readonly Lock _endGate = new();
    private bool _disposed;
    private SessionEnd? _end;

    public Hello Hello => hello;

    /// <summary>Ends the session; the replica is told why. The first reason counts.</summary>
    public void End(SessionEnd reason)
    {
        lock (_endGate)
        {
            if (_disposed) return;
            _end ??= reason;
            _asked.TrySetResult(_end.Message);
            _ended.Cancel();
        }
    }

    /// <summary>Runs until the session ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(
        FollowerProgress progress, IAsyncStreamReader<FollowRequest> requests, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        var sender = new StreamSender(progress, new SendLimits(options.HeartbeatInterval, options.SilenceTimeout), registry.Now);
        using var endedByLog = lease.Ended.Register(() => End(SessionEnd.LogReplaced));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call, _ended.Token);
        using var untilGivenUp = CancellationTokenSource.CreateLinkedTokenSource(call);
        var reading = ReadAsync(sender, requests, call);
        var writing = WriteAsync(sender, responses, untilGivenUp.Token, either.Token);
        var watching = WatchAsync(sender, either.Token);
        var first = await Task.WhenAny(reading, writing, _asked.Task);
        await _ended.CancelAsync();
        await Task.WhenAny(watching);
        var reason = await Describe(first);
        if (await LeavesAsync(writing, untilGivenUp) && first != reading && !call.IsCancellationRequested)
        {
            var end = _end ?? new SessionEnd(Ending.Types.Reason.Unspecified, reason);
            reason = end.Message;
            // A connection that closes takes along what the replica has not read yet, so the replica closes its end first.
            if (await LeavesAsync(SayEndingAsync(responses, end, untilGivenUp.Token), untilGivenUp)) await EndsAsync(reading);
        }
        return reason;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_endGate)
        {
            _disposed = true;
            _ended.Dispose();
        }
    }

    // Cancelling a write aborts the whole call, so the last one is left to leave, but not for ever.
    private async Task<bool> LeavesAsync(Task<string> write, CancellationTokenSource untilGivenUp)
    {
        if (await EndsAsync(write)) return true;
        await untilGivenUp.CancelAsync();
        await EndsAsync(write);
        return false;
    }

    private async Task<bool> EndsAsync(Task<string> half)
    {
        try
        {
            await Describe(half).WaitAsync(options.LeavePatience, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task<string> SayEndingAsync(IAsyncStreamWriter<FollowResponse> responses, SessionEnd end, CancellationToken cancellation)
    {
        await responses.WriteAsync(FollowMap.Ending(end.Reason, end.Message), cancellation);
        return end.Message;
    }

    // A session may end in many ways; none of them is an error of this node.
    private static async Task<string> Describe(Task<string> half)
    {
        try
        {
            return await half;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or InvalidDataException or RpcException or InvalidOperationException)
        {
            return failure is OperationCanceledException ? "the connection was closed" : failure.Message;
        }
    }

    // The writing half may be inside a message that the replica does not read.
    private async Task WatchAsync(StreamSender sender, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(options.HeartbeatInterval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            bool isSilent;
            lock (registry.Gate) isSilent = sender.IsSilent(registry.Now);
            if (!isSilent) continue;
            End(SessionEnd.Silent);
            return;
        }
    }

    private async Task<string> ReadAsync(StreamSender sender, IAsyncStreamReader<FollowRequest> requests, CancellationToken cancellation)
    {
        while (await requests.MoveNext(cancellation))
        {
            if (requests.Current.MessageCase != FollowRequest.MessageOneofCase.Ack) return "the replica sent something else than an acknowledgement";
            var acknowledgement = requests.Current.ToAcknowledgement();
            lock (registry.Gate)
            {
                if (!registry.IsOpen(this)) return "the session was replaced";
                if (sender.Acknowledge(acknowledgement, lease.Log.Durable.Index, registry.Now) is { } wrong) return wrong;
                registry.Acknowledged(sender.Progress);
            }
            _acknowledged.Fire();
        }
        return "the replica closed the stream";
    }

    private async Task<string> WriteAsync(StreamSender sender, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call, CancellationToken cancellation)
    {
        LogCursor? cursor = null;
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                // Taken before looking, so that nothing that moves meanwhile is missed.
                var (durableMoves, acknowledged) = (database.Durable.Next, _acknowledged.Next);
                var (durable, commitIndex) = (lease.Log.Durable.Index, database.CommitIndex);
                // A bootstrap ends the lease before it moves the commit index, which would name entries of the other log.
                if (lease.Ended.IsCancellationRequested)
                {
                    End(SessionEnd.LogReplaced);
                    return SessionEnd.LogReplaced.Message;
                }
                SendStep step;
                TimeSpan untilHeartbeat;
                lock (registry.Gate)
                {
                    sender.TakePath(self.Path(), registry.Now);
                    (step, untilHeartbeat) = (sender.Next(durable, commitIndex, registry.Now), sender.UntilHeartbeat(registry.Now));
                }
                switch (step)
                {
                    case SendStep.Heartbeat:
                        await responses.WriteAsync(Heartbeat(sender, cursor, durable, commitIndex).ToMessage(), call);
                        break;
                    case SendStep.Frames:
                        cursor ??= lease.Log.OpenCursor(sender.SentIndex + 1);
                        await SendAsync(sender, cursor.Read(durable), durable, commitIndex, responses, call);
                        break;
                    case SendStep.EndSilent:
                        End(SessionEnd.Silent);
                        return SessionEnd.Silent.Message;
                    default:
                        await WaitAsync(durableMoves, acknowledged, untilHeartbeat, cancellation);
                        break;
                }
            }
        }
        catch (LogPrunedException)
        {
            End(SessionEnd.FellBehind);
            return SessionEnd.FellBehind.Message;
        }
        catch (LogDamagedException damage)
        {
            damaged(damage);
            End(SessionEnd.Unreadable);
            return SessionEnd.Unreadable.Message;
        }
        finally
        {
            cursor?.Dispose();
        }
    }

    private async Task WaitAsync(Task durable, Task acknowledged, TimeSpan untilHeartbeat, CancellationToken cancellation)
    {
        if (untilHeartbeat <= TimeSpan.Zero) return;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(durable, acknowledged, Task.Delay(untilHeartbeat, time, timer.Token));
        await timer.CancelAsync();
    }

    private async Task SendAsync(StreamSender sender, FrameRun run, long durable, long commitIndex, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        foreach (var frames in Frames(sender, run, commitIndex))
        {
            await responses.WriteAsync(frames.ToMessage(), call);
            if (frames.Continued && BetweenPieces(sender, run, durable) is { } heartbeat) await responses.WriteAsync(heartbeat.ToMessage(), call);
        }
    }

    private StreamHeartbeat? BetweenPieces(StreamSender sender, FrameRun run, long durable)
    {
        StreamHeartbeat? due;
        lock (registry.Gate) due = sender.BetweenPieces(durable, self.Age(), registry.Now);
        return due is { } heartbeat ? heartbeat with { BytesBehind = lease.Log.BytesBehind(run.FirstIndex - 1) } : null;
    }

    private StreamHeartbeat Heartbeat(StreamSender sender, LogCursor? cursor, long durable, long commitIndex)
    {
        var bytes = cursor?.BytesBehind ?? lease.Log.BytesBehind(sender.SentIndex);
        lock (registry.Gate) return sender.Heartbeat(durable, commitIndex, self.Age(), registry.Now) with { BytesBehind = bytes };
    }

    private IEnumerable<StreamFrames> Frames(StreamSender sender, FrameRun run, long commitIndex)
    {
        lock (registry.Gate) return sender.Frames(run, commitIndex);
    }
}
