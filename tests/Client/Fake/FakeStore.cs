using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Replication.Protos.V1;

namespace Replication.Client.Tests.Fake;

/// <summary>The service of applications, with the points at which a test steps in.</summary>
internal sealed class FakeStore(FakeRecords records) : Store.StoreBase
{
    private const int PageRecords = 3;

    private readonly Channel<CommitStreamRequest> _received = Channel.CreateUnbounded<CommitStreamRequest>();
    private int _streams;
    private int _unaryCommits;

    /// <summary>Every message of every stream, once it has arrived and before it is answered.</summary>
    public ChannelReader<CommitStreamRequest> Received => _received.Reader;

    /// <summary>The next message that arrives on any stream.</summary>
    public Task<CommitStreamRequest> NextMessageAsync() => Patience.WithinAsync(_received.Reader.ReadAsync().AsTask());

    /// <summary>Transactions in the order of their arrival on streams.</summary>
    public ConcurrentQueue<CommitRequest> Order { get; } = new();

    /// <summary>Streams opened so far.</summary>
    public int Streams => Volatile.Read(ref _streams);

    /// <summary>Commits that came as calls of their own.</summary>
    public int UnaryCommits => Volatile.Read(ref _unaryCommits);

    /// <summary>Called with each message before it is answered.</summary>
    public Func<CommitStreamRequest, Task> BeforeAnswer { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether to cut the connection instead of answering a message.</summary>
    public Func<CommitStreamRequest, bool> Cut { get; set; } = static _ => false;

    /// <summary>Whether to cut the connection when a message's transactions have been committed.</summary>
    public Func<CommitStreamRequest, bool> CutBehind { get; set; } = static _ => false;

    /// <summary>What is answered instead of a commit; null to commit.</summary>
    public Func<CommitRequest, Error?> Instead { get; set; } = static _ => null;

    /// <summary>Whether to end the stream in order behind a message.</summary>
    public Func<CommitStreamRequest, bool> End { get; set; } = static _ => false;

    /// <summary>What a stream fails with before its first message is read.</summary>
    public RpcException? Refusal { get; set; }

    /// <summary>Called before a read is answered.</summary>
    public Func<ServerCallContext, Task> BeforeRead { get; set; } = static _ => Task.CompletedTask;

    public override Task<CommitResponse> Commit(CommitRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _unaryCommits);
        return Task.FromResult(records.Commit(request));
    }

    public override async Task CommitStream(
        IAsyncStreamReader<CommitStreamRequest> requestStream, IServerStreamWriter<CommitStreamResponse> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref _streams);
        if (Refusal is not null) throw Refusal;
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var message = requestStream.Current;
            foreach (var item in message.Items) Order.Enqueue(item.Request);
            await _received.Writer.WriteAsync(message, context.CancellationToken);
            await BeforeAnswer(message);
            if (Cut(message))
            {
                context.GetHttpContext().Abort();
                return;
            }
            var response = new CommitStreamResponse();
            response.Items.AddRange(message.Items.Select(Answer));
            if (CutBehind(message))
            {
                context.GetHttpContext().Abort();
                return;
            }
            await responseStream.WriteAsync(response, context.CancellationToken);
            if (End(message)) return;
        }
    }

    public override async Task<GetResponse> Get(GetRequest request, ServerCallContext context)
    {
        await BeforeRead(context);
        var response = new GetResponse { Stamp = Stamp() };
        if (records.Find(request.Collection, request.Key) is not { } record) return response;
        response.Found = true;
        response.Value = record.Value;
        response.Written = FakeRecords.At(record.Index);
        return response;
    }

    public override async Task<BatchGetResponse> BatchGet(BatchGetRequest request, ServerCallContext context)
    {
        await BeforeRead(context);
        var response = new BatchGetResponse { Stamp = Stamp() };
        foreach (var name in request.Names)
        {
            response.Items.Add(records.Find(name.Collection, name.Key) is { } record
                ? new BatchGetResponse.Types.Item { Found = true, Value = record.Value, Written = FakeRecords.At(record.Index) }
                : new BatchGetResponse.Types.Item());
        }
        return response;
    }

    public override async Task Scan(ScanRequest request, IServerStreamWriter<ScanResponse> responseStream, ServerCallContext context)
    {
        await BeforeRead(context);
        var found = records.Scan(request.Collection).Where(record => IsWanted(request, record.Key.ToStringUtf8())).ToArray();
        var shown = request.Limit == 0 ? found : found.Take((int)request.Limit).ToArray();
        foreach (var page in shown.Chunk(PageRecords).DefaultIfEmpty([]))
        {
            var response = new ScanResponse { Stamp = Stamp() };
            response.Records.AddRange(page);
            if (shown.Length < found.Length && ReferenceEquals(page[^1], shown[^1])) response.Continuation = shown[^1].Key;
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    /// <summary>The query that came last. Answered with all records of its collection.</summary>
    public QueryRequest? LastQuery { get; private set; }

    /// <summary>What is answered to those who list indexes, one after the other.</summary>
    public ConcurrentQueue<Protos.V1.Index[]> Indexes { get; } = new();

    public override async Task Query(QueryRequest request, IServerStreamWriter<ScanResponse> responseStream, ServerCallContext context)
    {
        await BeforeRead(context);
        LastQuery = request;
        foreach (var page in records.Scan(request.Collection).Chunk(PageRecords))
        {
            var response = new ScanResponse { Stamp = Stamp() };
            response.Records.AddRange(page);
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    public override async Task<ListIndexesResponse> ListIndexes(ListIndexesRequest request, ServerCallContext context)
    {
        await BeforeRead(context);
        var response = new ListIndexesResponse { Stamp = Stamp() };
        if (Indexes.TryDequeue(out var indexes)) response.Indexes.AddRange(indexes);
        return response;
    }

    public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        await BeforeRead(context);
        var response = new ListCollectionsResponse { Stamp = Stamp() };
        response.Collections.AddRange(records.List());
        return response;
    }

    private static bool IsWanted(ScanRequest request, string key) =>
        key.StartsWith(request.Prefix.ToStringUtf8(), StringComparison.Ordinal)
        && string.CompareOrdinal(key, request.From.ToStringUtf8()) >= 0
        && (request.To.IsEmpty || string.CompareOrdinal(key, request.To.ToStringUtf8()) < 0)
        && (request.Continuation.IsEmpty || string.CompareOrdinal(key, request.Continuation.ToStringUtf8()) > 0);

    private CommitStreamResponse.Types.Item Answer(CommitStreamRequest.Types.Item item)
    {
        if (Instead(item.Request) is { } error) return new CommitStreamResponse.Types.Item { Ticket = item.Ticket, Error = error };
        try
        {
            return new CommitStreamResponse.Types.Item { Ticket = item.Ticket, Response = records.Commit(item.Request) };
        }
        catch (RpcException refused)
        {
            return new CommitStreamResponse.Types.Item { Ticket = item.Ticket, Error = Error.Parser.ParseFrom(refused.Trailers.GetValueBytes("replication-error-bin")) };
        }
    }

    private Protos.V1.ReadStamp Stamp() => new() { Position = records.Position, AgeMillis = 250 };
}
