using Grpc.Core;
using Replication.Client.Calls;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>
/// A stream between nodes as it is on the wire, for tools that follow a node: the messages of feed.proto, whose checks are
/// the caller's. One caller may read while another one writes.
/// </summary>
public sealed class FollowStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<Contract.FollowRequest, Contract.FollowResponse> _call;
    private readonly Failures _failures;

    internal FollowStream(AsyncDuplexStreamingCall<Contract.FollowRequest, Contract.FollowResponse> call, Failures failures)
    {
        _call = call;
        _failures = failures;
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="ReplicationException">The stream has ended; <see cref="ReadAsync"/> knows why.</exception>
    public async Task WriteAsync(Contract.FollowRequest message, CancellationToken cancellation = default)
    {
        try
        {
            await _call.RequestStream.WriteAsync(message, cancellation);
        }
        catch (Exception failure) when (failure is RpcException or InvalidOperationException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _failures.Unreachable(failure);
        }
    }

    /// <summary>The next message; null when the node ended the stream.</summary>
    /// <exception cref="ReplicationException">The stream broke, or the node refused it.</exception>
    public async Task<Contract.FollowResponse?> ReadAsync(CancellationToken cancellation = default)
    {
        try
        {
            return await _call.ResponseStream.MoveNext(cancellation) ? _call.ResponseStream.Current : null;
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _failures.OfRead(failure);
        }
    }

    /// <summary>Ends the stream at once.</summary>
    public void Dispose() => _call.Dispose();
}
