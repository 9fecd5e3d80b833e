using System.Runtime.CompilerServices;
using Grpc.Core;
using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <content>Reads.</content>
public sealed partial class ReplicationClient
{
    /// <summary>Reads one record.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="key">1 to 1,024 bytes in UTF-8.</param>
    /// <param name="read">Which state is accepted; null for what the node has.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The record, or that there is none.</returns>
    /// <exception cref="ReplicationException">There is no such collection (<see cref="ReplicationErrorCode.UnknownCollection"/>), or the state was not reached in time.</exception>
    public async Task<ReadResult> GetAsync(string collection, string key, ReadOptions? read = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var request = new Contract.GetRequest { Collection = collection, Key = Transaction.EncodeKey(key), Require = read?.ToMessage() };
        var response = await ReadAsync(_store.GetAsync, request, WaitOf(read), cancellation);
        return new ReadResult(Learned(response.Stamp), response.Found, response.Value.Memory, LogPosition.From(response.Written));
    }

    /// <summary>Reads several records, all of one state.</summary>
    /// <param name="names">At most 4,096.</param>
    /// <param name="read">Which state is accepted; null for what the node has.</param>
    /// <param name="cancellation">Ends the call.</param>
    public async Task<BatchReadResult> BatchGetAsync(IEnumerable<RecordName> names, ReadOptions? read = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        var request = new Contract.BatchGetRequest { Require = read?.ToMessage() };
        foreach (var (collection, key) in names)
            request.Names.Add(new Contract.RecordName { Collection = collection, Key = Transaction.EncodeKey(key) });
        var response = await ReadAsync(_store.BatchGetAsync, request, WaitOf(read), cancellation);
        var stamp = Learned(response.Stamp);
        return new BatchReadResult(
            stamp, [.. response.Items.Select(item => new ReadResult(stamp, item.Found, item.Value.Memory, LogPosition.From(item.Written)))]);
    }

    /// <summary>Shows the records of a collection in key order, all of one state, while they arrive.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="options">Bounds; null for all records.</param>
    /// <param name="cancellation">Ends the scan.</param>
    /// <exception cref="ReplicationException">There is no such collection, or the scan was broken off.</exception>
    public async IAsyncEnumerable<StoredRecord> ScanAsync(
        string collection, ScanOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var page in ScanPagesAsync(collection, options, cancellation))
            foreach (var record in page.Records)
                yield return record;
    }

    /// <summary>As <see cref="ScanAsync"/>, in the pages in which they arrive, with the state they show and where to go on.</summary>
    /// <inheritdoc cref="ScanAsync"/>
    public async IAsyncEnumerable<ScanPage> ScanPagesAsync(
        string collection, ScanOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = _store.Scan(RequestFor(collection, options ?? new ScanOptions()), cancellationToken: late.Token);
        await foreach (var page in PagesAsync(call.ResponseStream, late, WaitOf(options?.Read), cancellation)) yield return page;
    }

    private async IAsyncEnumerable<ScanPage> PagesAsync(
        IAsyncStreamReader<Contract.ScanResponse> pages, CancellationTokenSource late, TimeSpan wait, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await NextPageAsync(pages, late, wait, cancellation) is { } page)
        {
            wait = TimeSpan.Zero;
            yield return new ScanPage(
                Learned(page.Stamp),
                [.. page.Records.Select(static record => new StoredRecord(record.Key.Memory, record.Value.Memory, LogPosition.From(record.Written)))],
                page.Continuation.Memory);
        }
    }

    /// <summary>The collections, in name order.</summary>
    public async Task<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(ReadOptions? read = null, CancellationToken cancellation = default)
    {
        var request = new Contract.ListCollectionsRequest { Require = read?.ToMessage() };
        var response = await ReadAsync(_store.ListCollectionsAsync, request, WaitOf(read), cancellation);
        Learned(response.Stamp);
        return [.. response.Collections.Select(static item => new CollectionSummary(item.Name, (CollectionKind)item.Kind, item.Records))];
    }

    private static Contract.ScanRequest RequestFor(string collection, ScanOptions options) => new()
    {
        Collection = collection,
        Prefix = Transaction.EncodeKey(options.Prefix),
        From = Transaction.EncodeKey(options.From),
        To = Transaction.EncodeKey(options.To),
        Limit = options.Limit,
        Continuation = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(options.Continuation),
        Require = options.Read?.ToMessage(),
    };

    // A commit that is sent for the first time from now on is sent behind it.
    private ReadStamp Learned(Contract.ReadStamp? message)
    {
        var stamp = ReadStamp.From(message);
        _known.Learn(stamp.Position);
        return stamp;
    }

    private static TimeSpan WaitOf(ReadOptions? read) => read?.AtLeast is null ? TimeSpan.Zero : read.Wait;

    // The time allowed is for each page: a scan of everything takes as long as it takes.
    private async Task<Contract.ScanResponse?> NextPageAsync(
        IAsyncStreamReader<Contract.ScanResponse> pages, CancellationTokenSource late, TimeSpan wait, CancellationToken cancellation)
    {
        await using var timer = _options.TimeProvider.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), late, _options.Timeout + wait, Timeout.InfiniteTimeSpan);
        try
        {
            return await pages.MoveNext(late.Token) ? pages.Current : null;
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw late.IsCancellationRequested ? _failures.Late(failure) : _failures.OfRead(failure);
        }
    }

    private async Task<TResponse> ReadAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> call, TRequest request, TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            return await call(request, Options(wait, cancellation));
        }
        catch (RpcException failure)
        {
            cancellation.ThrowIfCancellationRequested();
            throw _failures.OfRead(failure);
        }
    }
}
