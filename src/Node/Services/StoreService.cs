using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services;

/// <summary>The service of applications.</summary>
internal sealed class StoreService(ReplicationNode node, ReadGate gate) : Store.StoreBase
{
    private const int MaxBatchGet = 4096;
    private const int MaxStreamInFlight = 4096;
    private const int MaxItemsInAnswer = 1024;

    public override async Task<CommitResponse> Commit(CommitRequest request, ServerCallContext context)
    {
        ThrowUnlessPrimary();
        return (await node.CommitAsync(request.ToTransaction(), context.CancellationToken)).ToResponse();
    }

    // Answers come in the order of the requests, which is the order of the log. What is in flight is bounded: beyond it
    // the stream is not read on. When the node stops, what was taken is answered and the stream ends.
    public override async Task CommitStream(
        IAsyncStreamReader<CommitStreamRequest> requestStream, IServerStreamWriter<CommitStreamResponse> responseStream, ServerCallContext context)
    {
        ThrowUnlessPrimary();
        var pending = Channel.CreateBounded<(ulong Ticket, Task<CommitOutcome> Outcome)>(
            new BoundedChannelOptions(MaxStreamInFlight) { SingleReader = true, SingleWriter = true });
        var answering = AnswerAsync(pending.Reader, responseStream, context.CancellationToken);
        using var lasting = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        try
        {
            while (await requestStream.MoveNext(lasting.Token))
                foreach (var item in requestStream.Current.Items)
                    await pending.Writer.WriteAsync((item.Ticket, Begin(item)), context.CancellationToken);
        }
        catch (Exception ended) when (node.Stopping.IsCancellationRequested && ended is OperationCanceledException or IOException or RpcException)
        {
            pending.Writer.Complete();
            await answering;
            throw Errors.Failure(Error.Types.Code.ShuttingDown, "This node is stopping. What it took was answered; commit the rest on the primary that takes over, or here again once it has restarted.");
        }
        finally
        {
            pending.Writer.TryComplete();
        }
        await answering;
    }

    public override async Task<GetResponse> Get(GetRequest request, ServerCallContext context)
    {
        var state = await gate.OpenAsync(request.Require, context.CancellationToken);
        var record = CollectionOf(state, request.Collection).Records.Find(request.Key.Span);
        var response = new GetResponse { Stamp = gate.Stamp(state), Found = record is not null };
        if (record is null) return response;
        response.Value = UnsafeByteOperations.UnsafeWrap(record.ValueMemory);
        response.Written = state.PositionOf(record.Index).ToMessage();
        return response;
    }

    public override async Task<BatchGetResponse> BatchGet(BatchGetRequest request, ServerCallContext context)
    {
        if (request.Names.Count > MaxBatchGet) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"At most {MaxBatchGet} records can be read at once, not {request.Names.Count}.");
        var state = await gate.OpenAsync(request.Require, context.CancellationToken);
        var response = new BatchGetResponse { Stamp = gate.Stamp(state) };
        foreach (var name in request.Names)
        {
            var record = CollectionOf(state, name.Collection).Records.Find(name.Key.Span);
            response.Items.Add(record is null
                ? new BatchGetResponse.Types.Item()
                : new BatchGetResponse.Types.Item
                {
                    Found = true,
                    Value = UnsafeByteOperations.UnsafeWrap(record.ValueMemory),
                    Written = state.PositionOf(record.Index).ToMessage(),
                });
        }
        return response;
    }

    public override async Task Scan(ScanRequest request, IServerStreamWriter<ScanResponse> responseStream, ServerCallContext context)
    {
        var state = await gate.OpenAsync(request.Require, context.CancellationToken);
        var pages = new ScanPages(CollectionOf(state, request.Collection), request);
        bool more;
        do
        {
            var page = new ScanResponse { Stamp = gate.Stamp(state) };
            gate.ThrowIfTakenBack(state);
            more = pages.Next(page, index => state.PositionOf(index).ToMessage());
            await responseStream.WriteAsync(page, context.CancellationToken);
        }
        while (more);
    }

    public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        var state = await gate.OpenAsync(request.Require, context.CancellationToken);
        var response = new ListCollectionsResponse { Stamp = gate.Stamp(state) };
        response.Collections.AddRange(state.Collections.Values.Select(collection => new Protos.V1.Collection
        {
            Name = collection.Name,
            Kind = (Protos.V1.CollectionKind)collection.Kind,
            Records = (ulong)collection.Records.Count,
        }));
        return response;
    }

    private static async Task AnswerAsync(
        ChannelReader<(ulong Ticket, Task<CommitOutcome> Outcome)> pending, IServerStreamWriter<CommitStreamResponse> responses, CancellationToken cancellation)
    {
        while (await pending.WaitToReadAsync(cancellation))
        {
            var response = new CommitStreamResponse();
            while (response.Items.Count < MaxItemsInAnswer && pending.TryPeek(out var next) && (response.Items.Count == 0 || next.Outcome.IsCompleted))
            {
                pending.TryRead(out next);
                response.Items.Add((await next.Outcome).ToItem(next.Ticket));
            }
            await responses.WriteAsync(response, cancellation);
        }
    }

    private Task<CommitOutcome> Begin(CommitStreamRequest.Types.Item item)
    {
        try
        {
            return node.CommitAsync((item.Request ?? new CommitRequest()).ToTransaction(), CancellationToken.None);
        }
        catch (RpcException malformed)
        {
            return Task.FromResult<CommitOutcome>(new CommitOutcome.Rejected(RejectionReason.InvalidArgument, malformed.Status.Detail));
        }
    }

    private static Core.Records.Collection CollectionOf(DatabaseState state, string name) =>
        state.Collections.TryGetValue(name, out var collection)
            ? collection
            : throw Errors.Failure(Error.Types.Code.UnknownCollection, $"There is no collection '{(name.Length <= 80 ? name : name[..80])}' at {state.Position}. The first put creates one.");

    private void ThrowUnlessPrimary()
    {
        if (node.Role != Roles.NodeRole.Primary) throw Errors.Failure(Errors.NotPrimary(node.PrimaryAddress));
        if (node.Commits is null) throw Errors.Failure(Error.Types.Code.Loading, "This node is starting. Try again after a moment.");
    }
}
