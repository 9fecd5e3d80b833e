using System.Runtime.CompilerServices;
using Google.Protobuf;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <content>Secondary indexes.</content>
public sealed partial class ReplicationClient
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Creates a secondary index. It is built while writes go on: <see cref="WaitForIndexAsync"/>.</summary>
    /// <param name="collection">Must exist, for JSON documents.</param>
    /// <param name="name">1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>_</c> and <c>-</c>; unique within the collection.</param>
    /// <param name="path">Names of members with dots between them, like <c>address.city</c>.</param>
    /// <param name="isUnique">Whether a value may stand in one record only.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="ReplicationException">There is one of that name (<see cref="ReplicationErrorCode.IndexExists"/>), or name or path break their rules.</exception>
    public async Task<LogPosition> CreateIndexAsync(string collection, string name, string path, bool isUnique = false, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().CreateIndex(collection, name, path, isUnique), cancellation)).EnsureCommitted();

    /// <summary>Removes a secondary index.</summary>
    /// <returns>Where the change stands in the log.</returns>
    /// <exception cref="ReplicationException">There is none of that name (<see cref="ReplicationErrorCode.UnknownIndex"/>).</exception>
    public async Task<LogPosition> DropIndexAsync(string collection, string name, CancellationToken cancellation = default) =>
        (await CommitAsync(new Transaction().DropIndex(collection, name), cancellation)).EnsureCommitted();

    /// <summary>The secondary indexes, ordered by collection and name.</summary>
    /// <param name="collection">Of this collection; null for all.</param>
    /// <param name="read">Which state is accepted; null for what the node has.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<IReadOnlyList<IndexSummary>> ListIndexesAsync(string? collection = null, ReadOptions? read = null, CancellationToken cancellation = default)
    {
        var request = new Contract.ListIndexesRequest { Collection = collection ?? string.Empty, Require = read?.ToMessage() };
        var response = await ReadAsync(_store.ListIndexesAsync, request, WaitOf(read), cancellation);
        return
        [
            .. response.Indexes.Select(static index => new IndexSummary(
                index.Collection, index.Name, index.Path, index.Unique, (IndexPhase)index.Phase, index.Entries, index.Covered, index.Records, index.Failure)),
        ];
    }

    /// <summary>Waits until an index is built here, or could not be.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="name">Its name.</param>
    /// <param name="created">What <see cref="CreateIndexAsync"/> answered.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellation">Ends the waiting, not the building.</param>
    /// <returns>The index, <see cref="IndexPhase.Ready"/> or <see cref="IndexPhase.Failed"/>.</returns>
    /// <exception cref="ReplicationException">It was dropped meanwhile (<see cref="ReplicationErrorCode.UnknownIndex"/>).</exception>
    public async Task<IndexSummary> WaitForIndexAsync(
        string collection, string name, LogPosition created, IProgress<IndexSummary>? progress = null, CancellationToken cancellation = default)
    {
        var read = new ReadOptions(created, _options.Timeout < ReadOptions.MaxWait ? _options.Timeout : ReadOptions.MaxWait);
        while (true)
        {
            var index = (await ListIndexesAsync(collection, read, cancellation)).FirstOrDefault(index => index.Name == name)
                ?? throw new ReplicationException(ReplicationErrorCode.UnknownIndex, $"Index '{name}' of collection '{collection}' was dropped while it was being built.");
            if (index.Phase != IndexPhase.Building) return index;
            progress?.Report(index);
            await Task.Delay(BetweenLooks, _options.TimeProvider, cancellation);
        }
    }

    /// <summary>Shows records by a secondary index, all of one state, while they arrive; each once.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="index">Its name.</param>
    /// <param name="options">Which values; null for all.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="ReplicationException">
    /// There is no such index (<see cref="ReplicationErrorCode.UnknownIndex"/>), it is being built (<see cref="ReplicationErrorCode.IndexBuilding"/>)
    /// or could not be (<see cref="ReplicationErrorCode.IndexFailed"/>), or the query was broken off.
    /// </exception>
    public async IAsyncEnumerable<StoredRecord> QueryAsync(
        string collection, string index, QueryOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var page in QueryPagesAsync(collection, index, options, cancellation))
            foreach (var record in page.Records)
                yield return record;
    }

    /// <summary>As <see cref="QueryAsync"/>, in the pages in which they arrive, with the state they show and where to go on.</summary>
    /// <inheritdoc cref="QueryAsync"/>
    public async IAsyncEnumerable<ScanPage> QueryPagesAsync(
        string collection, string index, QueryOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        ArgumentNullException.ThrowIfNull(index);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = _store.Query(RequestFor(collection, index, options ?? new QueryOptions()), cancellationToken: late.Token);
        await foreach (var page in PagesAsync(call.ResponseStream, late, WaitOf(options?.Read), cancellation)) yield return page;
    }

    private static Contract.QueryRequest RequestFor(string collection, string index, QueryOptions options)
    {
        var request = new Contract.QueryRequest
        {
            Collection = collection,
            Index = index,
            EqualTo = options.EqualTo?.ToMessage(),
            From = options.From?.ToMessage(),
            FromExclusive = options.IsFromExclusive,
            To = options.To?.ToMessage(),
            ToInclusive = options.IsToInclusive,
            Limit = options.Limit,
            Continuation = UnsafeByteOperations.UnsafeWrap(options.Continuation),
            Require = options.Read?.ToMessage(),
        };
        if (options.Prefix is { } prefix) request.Prefix = prefix;
        return request;
    }
}
