using Grpc.Core;
using Grpc.Net.Client;
using Replication.Client.Calls;
using Replication.Client.Commits;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>
/// A client of one node: commits on a primary, reads on any node. Safe for any number of threads; make one and keep it.
/// Every method throws <see cref="ReplicationException"/> or one of its subclasses when the node refuses or does not
/// answer, and <see cref="OperationCanceledException"/> when its token is cancelled.
/// </summary>
public sealed partial class ReplicationClient : IAsyncDisposable
{
    private readonly ReplicationClientOptions _options;
    private readonly GrpcChannel _channel;
    private readonly Contract.Store.StoreClient _store;
    private readonly Contract.Cluster.ClusterClient _cluster;
    private readonly Contract.Feed.FeedClient _feed;
    private readonly Failures _failures;
    private readonly CommitLane _lane;
    private readonly NamedCommits _commits;
    private readonly KnownPosition _known = new();

    /// <summary>Makes a client. Nothing is sent before the first call.</summary>
    /// <exception cref="ArgumentException">An option is outside its bounds.</exception>
    public ReplicationClient(ReplicationClientOptions? options = null)
    {
        _options = (options ?? new ReplicationClientOptions()).Validated();
        _channel = Calls.Channel.Open(_options);
        _store = new Contract.Store.StoreClient(_channel);
        _cluster = new Contract.Cluster.ClusterClient(_channel);
        _feed = new Contract.Feed.FeedClient(_channel);
        _failures = new Failures(_options.Address);
        _lane = new CommitLane(_store, _failures, _options);
        _commits = new NamedCommits(SendAsync, _known, _options);
    }

    /// <summary>The node's address.</summary>
    public Uri Address => _options.Address;

    /// <summary>
    /// Commits a transaction. Commits that are begun without awaiting each other are sent in the order of the calls, those
    /// larger than <see cref="CommitStreamLimits.MaxMessageBytes"/> excepted, and those whose answer was lost: they are sent again under their request
    /// id, as <see cref="ReplicationClientOptions.Retries"/> says, and take effect at most once.
    /// </summary>
    /// <param name="transaction">At least one change; by default, at most 16 MiB.</param>
    /// <param name="cancellation">Ends the waiting. A commit that was sent by then may still take effect.</param>
    /// <returns>Its position, or why the node rejected it: a condition that does not hold is an answer, not an exception.</returns>
    /// <exception cref="NotPrimaryException">The node does not write; it says who does.</exception>
    /// <exception cref="NodeUnavailableException">No node took it: it did not take effect.</exception>
    /// <exception cref="CommitUnknownException">It took effect at most once; whether it did is not known.</exception>
    /// <exception cref="CommitForgottenException">Its answer was lost, and when it was asked again the node had forgotten it.</exception>
    public async Task<CommitResult> CommitAsync(Transaction transaction, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var response = await _commits.CommitAsync(transaction.Request, cancellation);
        return response.OutcomeCase switch
        {
            Contract.CommitResponse.OutcomeOneofCase.Committed => CommitResult.Committed(LogPosition.From(response.Committed.Position)),
            Contract.CommitResponse.OutcomeOneofCase.Rejected => CommitResult.Rejected(Failures.RejectionOf(response.Rejected)),
            _ => throw _failures.Unknown("the node's answer is of a newer version", null),
        };
    }

    /// <summary>Inserts a record or replaces its value.</summary>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="CommitRejectedException">The condition does not hold.</exception>
    /// <inheritdoc cref="Transaction.Put(string, string, ReadOnlyMemory{byte}, Condition?)"/>
    public async Task<LogPosition> PutAsync(
        string collection, string key, ReadOnlyMemory<byte> value, Condition? condition = null, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().Put(collection, key, value, condition), cancellation)).EnsureCommitted();

    /// <summary>Inserts a record or replaces its value by a text, in UTF-8.</summary>
    /// <inheritdoc cref="PutAsync(string, string, ReadOnlyMemory{byte}, Condition?, CancellationToken)"/>
    public async Task<LogPosition> PutAsync(
        string collection, string key, string value, Condition? condition = null, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().Put(collection, key, value, condition), cancellation)).EnsureCommitted();

    /// <summary>Removes a record; without a condition, nothing happens when there is none.</summary>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="CommitRejectedException">The condition does not hold, or there is no such collection.</exception>
    public async Task<LogPosition> DeleteAsync(string collection, string key, Condition? condition = null, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().Delete(collection, key, condition), cancellation)).EnsureCommitted();

    /// <summary>Creates a collection.</summary>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="ReplicationException">There is one of that name (<see cref="ReplicationErrorCode.CollectionExists"/>), or the name breaks the rule.</exception>
    public async Task<LogPosition> CreateCollectionAsync(
        string collection, CollectionKind kind = CollectionKind.Json, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().CreateCollection(collection, kind), cancellation)).EnsureCommitted();

    /// <summary>Removes a collection with all its records.</summary>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="ReplicationException">There is none of that name (<see cref="ReplicationErrorCode.UnknownCollection"/>).</exception>
    public async Task<LogPosition> DropCollectionAsync(string collection, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().DropCollection(collection), cancellation)).EnsureCommitted();

    /// <summary>Waits for commits under way, as long as the options allow, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        _channel.Dispose();
    }

    private Task<Contract.CommitResponse> SendAsync(Contract.CommitRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        var bytes = request.CalculateSize();
        return _options.CommitPath == CommitPath.Unary || bytes > _options.CommitStream.MaxMessageBytes
            ? CommitAloneAsync(request, timeout, cancellation)
            : _lane.CommitAsync(request, bytes, timeout, cancellation);
    }

    private async Task<Contract.CommitResponse> CommitAloneAsync(Contract.CommitRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            return await _store.CommitAsync(request, Options(timeout - _options.Timeout, cancellation));
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _failures.OfCommit(failure);
        }
    }

    private CallOptions Options(TimeSpan wait, CancellationToken cancellation) =>
        new(deadline: (_options.TimeProvider.GetUtcNow() + _options.Timeout + wait).UtcDateTime, cancellationToken: cancellation);
}
