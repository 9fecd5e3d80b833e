using Grpc.Core;
using Replication.Core.Following;
using Replication.Protos.V1;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Replica;

/// <summary>
/// A follow stream from the replica's end. A read that nobody waits for any more goes on and is the next one's: a session
/// may hand the stream over to another.
/// </summary>
internal sealed class UpstreamCall(AsyncDuplexStreamingCall<FollowRequest, FollowResponse> call, ReplicaOptions options, TimeProvider time) : IDisposable
{
    private Task<bool>? _read;

    /// <summary>What it was told of the nodes below this one.</summary>
    public DownstreamReporter Reporter { get; } = new();

    /// <summary>Whether its session ended because nothing came any more although the connection was open.</summary>
    public bool FellSilent { get; private set; }

    /// <summary>Says Hello and waits for the answer.</summary>
    /// <exception cref="UpstreamException">There is none.</exception>
    public async Task<FollowResponse> IntroduceAsync(Hello hello, CancellationToken cancellation)
    {
        try
        {
            await call.RequestStream.WriteAsync(hello.ToMessage(), cancellation);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException)
        {
            // The connection broke under the write. Told apart here from a failure of this node's own files.
            throw new UpstreamException(failure.Message, failure);
        }
        if (!await ReadAsync().WaitAsync(options.AnswerTimeout, time, cancellation)) throw new UpstreamException("It closed the stream without an answer.");
        return Take(hello.Durable.Index + 1);
    }

    /// <summary>The next message of a session.</summary>
    /// <param name="expectedIndex">The entry that comes next, for the error.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The message, or why the session is at its end.</returns>
    /// <exception cref="StreamDamagedException">It is not as it was sent.</exception>
    public Task<(FollowResponse? Message, string? End)> NextAsync(long expectedIndex, CancellationToken cancellation) => NextAsync(ReadAsync(), ReadAsync(), expectedIndex, cancellation);

    /// <summary>As above, but with neither when another task completed first: the message is then whoever's who asks next.</summary>
    public Task<(FollowResponse? Message, string? End)> NextAsync(long expectedIndex, Task unless, CancellationToken cancellation) =>
        NextAsync(ReadAsync(), Task.WhenAny(unless, ReadAsync()), expectedIndex, cancellation);

    private async Task<(FollowResponse? Message, string? End)> NextAsync(Task<bool> read, Task until, long expectedIndex, CancellationToken cancellation)
    {
        try
        {
            await until.WaitAsync(options.SilenceTimeout, time, cancellation);
        }
        catch (TimeoutException)
        {
            FellSilent = true;
            return (null, EndOfSession.Silent(options.SilenceTimeout));
        }
        if (!read.IsCompleted) return (null, null);
        if (!await read) return (null, EndOfSession.Closed);
        var message = Take(expectedIndex);
        return message.Ending is { } ending ? (null, PeerText.Shortened(ending.Message)) : (message, null);
    }

    // One at a time, and the same until it is taken. The call was made with the token that ends it, so its reads need none.
    private Task<bool> ReadAsync() => _read ??= call.ResponseStream.MoveNext(CancellationToken.None);

    private FollowResponse Take(long expectedIndex)
    {
        _read = null;
        call.ResponseStream.Current.ThrowIfChanged(expectedIndex);
        return call.ResponseStream.Current;
    }

    /// <summary>Acknowledges. Cancelling it in the middle ends the call.</summary>
    public Task AcknowledgeAsync(Acknowledgement acknowledgement, CancellationToken cancellation) => call.RequestStream.WriteAsync(acknowledgement.ToMessage(), cancellation);

    /// <inheritdoc/>
    public void Dispose() => call.Dispose();
}
