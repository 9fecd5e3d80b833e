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
    public bool FellSilent { get; set; }

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

    /// <summary>Whether there is another message. The same task until <see cref="Take"/>.</summary>
    // The call was made with the token that ends it, so its reads need none.
    public Task<bool> ReadAsync() => _read ??= call.ResponseStream.MoveNext(CancellationToken.None);

    /// <summary>The message that was read.</summary>
    /// <param name="expectedIndex">The entry that comes next, for the error.</param>
    /// <exception cref="StreamDamagedException">It is not as it was sent.</exception>
    public FollowResponse Take(long expectedIndex)
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
