using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Protos.V1;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Primary.Serving;

/// <summary>
/// One replica's stream, from Resume to its end: sends frames from the log as far as they are synced here and the
/// window is open, heartbeats between, and takes acknowledgements. Holds a cursor and one buffer, whatever the replica's lag.
/// </summary>
internal sealed class FollowSession(
    Hello hello, LocalDatabase database, LogLease lease, FollowerRegistry registry, ServingOptions options, TimeProvider time, Func<TimeSpan> ownAge) : IDisposable
{
    private static readonly TimeSpan LastMessagePatience = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _ended = new();
    private readonly SendWindow _window = new();
    private readonly Pulse _acknowledged = new();
    private readonly Lock _windowGate = new();
    private readonly Lock _endGate = new();
    private bool _disposed;
    private SessionEnd? _end;
    private long _announcedCommit;
    private long _sentIndex = hello.Durable.Index;

    public Hello Hello => hello;

    /// <summary>The last entry sent.</summary>
    public long SentIndex => Interlocked.Read(ref _sentIndex);

    /// <summary>Ends the session; the replica is told why. The first reason counts.</summary>
    public void End(SessionEnd reason)
    {
        lock (_endGate)
        {
            if (_disposed) return;
            _end ??= reason;
            _ended.Cancel();
        }
    }

    /// <summary>Runs until the session ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(
        long fromIndex, IAsyncStreamReader<FollowRequest> requests, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        Interlocked.Exchange(ref _sentIndex, fromIndex - 1);
        using var endedByLog = lease.Ended.Register(() => End(SessionEnd.LogReplaced));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(call, _ended.Token);
        var reading = ReadAsync(requests, call);
        var writing = WriteAsync(responses, fromIndex, call, either.Token);
        var first = await Task.WhenAny(reading, writing);
        await _ended.CancelAsync();
        var reason = await Describe(first);
        if (!await EndsAsync(writing) || first == reading || call.IsCancellationRequested) return reason;
        var end = _end ?? new SessionEnd(Ending.Types.Reason.Unspecified, reason);
        reason = end.Message;
        await responses.WriteAsync(new FollowResponse { Ending = new Ending { Reason = end.Reason, Message = end.Message } }, call);
        // A connection that closes takes along what the replica has not read yet, so the replica closes its end first.
        await EndsAsync(reading);
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

    // Cancelling a write would abort the whole call, so the last one is left to leave, but not for ever.
    private async Task<bool> EndsAsync(Task<string> half)
    {
        try
        {
            await Describe(half).WaitAsync(LastMessagePatience, time, CancellationToken.None);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // A session may end in many ways; none of them is an error of this node.
    private static async Task<string> Describe(Task<string> half)
    {
        try
        {
            return await half;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            return failure is OperationCanceledException ? "the connection was closed" : failure.Message;
        }
    }

    private async Task<string> ReadAsync(IAsyncStreamReader<FollowRequest> requests, CancellationToken cancellation)
    {
        while (await requests.MoveNext(cancellation))
        {
            if (requests.Current.MessageCase != FollowRequest.MessageOneofCase.Ack) return "the replica sent something else than an acknowledgement";
            var ack = requests.Current.Ack;
            if (ack.Received > long.MaxValue || ack.Durable > long.MaxValue || ack.Applied > long.MaxValue) return "an acknowledgement names no index";
            var wrong = registry.Acknowledge(this, (long)ack.Received, (long)ack.Durable, (long)ack.Applied, ack.Stamp, lease.Log.Durable.Index);
            if (wrong is not null) return wrong;
            lock (_windowGate) _window.Received((long)ack.Received);
            _acknowledged.Fire();
        }
        return "the replica closed the stream";
    }

    private async Task<string> WriteAsync(
        IAsyncStreamWriter<FollowResponse> responses, long fromIndex, CancellationToken call, CancellationToken cancellation)
    {
        LogCursor? cursor = null;
        try
        {
            var nextHeartbeat = registry.Now;
            while (true)
            {
                var durable = database.Durable.Next;
                var acknowledged = _acknowledged.Next;
                var limit = lease.Log.Durable.Index;
                if (registry.Now >= nextHeartbeat || MustAnnounceCommit(limit))
                {
                    if (registry.SilenceOf(this) > options.SilenceTimeout)
                    {
                        End(SessionEnd.Silent);
                        return SessionEnd.Silent.Message;
                    }
                    await responses.WriteAsync(Heartbeat(limit), call);
                    nextHeartbeat = registry.Now + options.HeartbeatInterval;
                }
                if (SentIndex < limit && WindowIsOpen())
                {
                    cursor ??= lease.Log.OpenCursor(fromIndex);
                    await SendAsync(cursor.Read(limit), responses, call);
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }
                await WaitAsync(durable, acknowledged, nextHeartbeat - registry.Now, cancellation);
            }
        }
        catch (LogPrunedException)
        {
            End(SessionEnd.FellBehind);
            return SessionEnd.FellBehind.Message;
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
        cancellation.ThrowIfCancellationRequested();
    }

    private bool WindowIsOpen()
    {
        lock (_windowGate) return _window.IsOpen;
    }

    // What was announced never goes beyond what was sent on this session.
    private long AnnouncedCommit() => Math.Min(database.CommitIndex, SentIndex);

    private bool MustAnnounceCommit(long limit) => SentIndex >= limit && AnnouncedCommit() > _announcedCommit;

    private FollowResponse Heartbeat(long durable)
    {
        _announcedCommit = AnnouncedCommit();
        return new FollowResponse
        {
            Heartbeat = new Heartbeat
            {
                CommitIndex = (ulong)_announcedCommit,
                DurableIndex = (ulong)durable,
                EchoedStamp = registry.StampOf(this),
                SenderAgeMillis = (ulong)ownAge().TotalMilliseconds,
            },
        };
    }

    private async Task SendAsync(FrameRun run, IAsyncStreamWriter<FollowResponse> responses, CancellationToken call)
    {
        // Read before the index moves: an acknowledgement may name it as soon as the last piece is on its way.
        Interlocked.Exchange(ref _sentIndex, run.LastIndex);
        lock (_windowGate) _window.Sent(run.LastIndex, run.Frames.Length);
        _announcedCommit = AnnouncedCommit();
        for (var offset = 0; offset < run.Frames.Length; offset += ServingOptions.MaxMessageBytes)
        {
            var piece = run.Frames[offset..Math.Min(run.Frames.Length, offset + ServingOptions.MaxMessageBytes)];
            var continued = offset + piece.Length < run.Frames.Length;
            var frames = new Frames
            {
                FirstIndex = (ulong)run.FirstIndex,
                LastIndex = (ulong)run.LastIndex,
                CommitIndex = (ulong)_announcedCommit,
                Data = UnsafeByteOperations.UnsafeWrap(piece),
                Continued = continued,
            };
            await responses.WriteAsync(new FollowResponse { Frames = frames }, call);
        }
    }
}
