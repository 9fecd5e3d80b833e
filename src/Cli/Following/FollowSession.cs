using Replication.Client;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Protos.V1;

namespace Replication.Cli.Following;

/// <summary>
/// One stream from a node: takes frames in as a replica does (crc, index, link, epoch, kind, and the check of every
/// message), acknowledges them, hands them on and keeps nothing.
/// </summary>
/// <param name="client">Of the node; for this session alone.</param>
/// <param name="self">Who this session says it is.</param>
/// <param name="start">Where it begins.</param>
/// <param name="maxEntries">It ends behind so many.</param>
/// <param name="sink">Is given each frame, and told when a message has ended.</param>
/// <param name="time">For acknowledgements and ages.</param>
internal sealed class FollowSession(ReplicationClient client, FollowSelf self, LocateResponse start, long maxEntries, FollowSink sink, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Acknowledgements are sent after each message, and at least so often: docs/PROTOCOL.md.</summary>
    private static readonly TimeSpan AckInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A node on whose stream nothing came for so long is given up; heartbeats come every second.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly FrameIntake _intake = new(FollowMessages.TailOf(start), FollowMessages.EpochsOf(start));
    private readonly SemaphoreSlim _taken = new(0, 1);
    private FollowStream? _stream;
    private long _received = FollowMessages.TailOf(start).Index;

    /// <summary>What it has taken in.</summary>
    internal FollowTally Tally { get; } = new(time);

    private FollowStream Stream => _stream ?? throw new InvalidOperationException("The session is not open.");

    /// <summary>Connects and says Hello; returns when the node has agreed to send what follows.</summary>
    /// <exception cref="CommandException">It does not.</exception>
    internal async Task OpenAsync(CancellationToken cancellation)
    {
        _stream = client.Follow(cancellation);
        await Stream.WriteAsync(FollowMessages.Hello(self, start), cancellation);
        var answer = await ReadAsync(cancellation);
        if (answer.MessageCase == FollowResponse.MessageOneofCase.Resume) return;
        throw CommandException.Negative(answer.MessageCase switch
        {
            FollowResponse.MessageOneofCase.Refused => answer.Refused.Message,
            FollowResponse.MessageOneofCase.NeedSnapshot => $"Entry {_intake.Tail.Index + 1} left the node's log meanwhile. Begin at a later one.",
            FollowResponse.MessageOneofCase.Diverged => "The node's history changed meanwhile. Begin again.",
            FollowResponse.MessageOneofCase.Ending => answer.Ending.Message,
            _ => $"The node answered a Hello with {answer.MessageCase}.",
        });
    }

    /// <summary>Takes in what comes; returns when it has as many entries as were asked for.</summary>
    /// <exception cref="CommandException">The node ended the session, its connection broke, or nothing came any more.</exception>
    /// <exception cref="StreamDamagedException">What came is not what follows.</exception>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var acknowledging = AcknowledgeAsync(ending.Token);
        try
        {
            while (Tally.Entries < maxEntries) Take(await ReadAsync(ending.Token));
        }
        catch (NodeUnavailableException broken)
        {
            throw Ended(broken.Message.TrimEnd('.'));
        }
        finally
        {
            await ending.CancelAsync();
            await QuietlyAsync(acknowledging);
        }
    }

    /// <summary>Ends the stream and closes the client.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream?.Dispose();
        _taken.Dispose();
        await client.DisposeAsync();
    }

    private static async Task QuietlyAsync(Task acknowledging)
    {
        try
        {
            await acknowledging;
        }
        catch (Exception ended) when (ended is OperationCanceledException or ReplicationException)
        {
            // The reading side knows why the session ended, and says so.
            _ = ended;
        }
    }

    private async Task<FollowResponse> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var message = await Stream.ReadAsync(cancellation).WaitAsync(Silence, time, cancellation);
            if (message is null) throw Ended("The node closed the stream");
            FollowMessages.ThrowIfChanged(message, _intake.Tail.Index + 1);
            return message;
        }
        catch (TimeoutException)
        {
            throw Ended($"Nothing came for {Silence.TotalSeconds} s");
        }
    }

    private void Take(FollowResponse message)
    {
        switch (message.MessageCase)
        {
            case FollowResponse.MessageOneofCase.Frames:
                Take(FollowMessages.FramesOf(message.Frames));
                break;
            case FollowResponse.MessageOneofCase.Heartbeat:
                var heartbeat = FollowMessages.HeartbeatOf(message.Heartbeat);
                if (heartbeat.CommitIndex > _intake.Tail.Index) throw new StreamDamagedException(_intake.Tail.Index + 1, "the commit index is beyond what was sent");
                Tally.Heard(heartbeat, _intake.Tail.Index);
                break;
            case FollowResponse.MessageOneofCase.Ending:
                throw Ended(message.Ending.Message.TrimEnd('.'));
            default:
                throw new StreamDamagedException(_intake.Tail.Index + 1, $"a message came that does not belong there ({message.MessageCase})");
        }
    }

    private void Take(in StreamFrames frames)
    {
        if (frames.CommitIndex > frames.LastIndex) throw new StreamDamagedException(_intake.Tail.Index + 1, "the commit index is beyond the frames");
        _intake.Take(frames.Data.Span, frames.Continued, TakeFrame);
        if (!frames.Continued && _intake.Tail.Index != frames.LastIndex)
            throw new StreamDamagedException(_intake.Tail.Index + 1, $"the message ends at {_intake.Tail.Index} and says {frames.LastIndex}");
        Tally.Reached(_intake.Tail.Index);
        sink.EndMessage();
        Interlocked.Exchange(ref _received, _intake.Tail.Index);
        if (_taken.CurrentCount == 0) _taken.Release();
    }

    private void TakeFrame(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        if (Tally.Entries >= maxEntries) return;
        Tally.Count(frame.Length);
        sink.Take(frame);
    }

    private async Task AcknowledgeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Stream.WriteAsync(FollowMessages.Ack(Interlocked.Read(ref _received), Tally.Stamp), cancellation);
            await _taken.WaitAsync(AckInterval, cancellation);
        }
    }

    private CommandException Ended(string why) => CommandException.Negative($"{why}. The last entry taken in is {_intake.Tail.Position}; go on with --from {_intake.Tail.Index + 1}.");
}
