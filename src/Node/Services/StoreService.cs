using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Node.Services.Limits;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services;

/// <summary>The service of applications.</summary>
internal sealed class StoreService(ReplicationNode node, ReadGate gate) : Store.StoreBase
{
    private const int MaxBatchGet = 4096;
    private const int MaxBatchGetBytes = 32 * 1024 * 1024;
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
        await gate.WaitAsync(request.Require, context.CancellationToken);
        using var guard = node.Database.Enter();
        gate.ThrowUnlessFulfilled(request.Require, guard.State);
        var record = (guard.Records(request.Collection) ?? throw Unknown(request.Collection, guard.State)).Find(request.Key.Span);
        var response = new GetResponse { Stamp = gate.Stamp(guard.State), Found = record.Exists };
        if (!record.Exists) return response;
        CallMeter.Of(context).SetAnswer(record.Value.Length);
        response.Value = ByteString.CopyFrom(record.Value);
        response.Written = guard.State.PositionOf(record.Index).ToMessage();
        return response;
    }

    public override async Task<BatchGetResponse> BatchGet(BatchGetRequest request, ServerCallContext context)
    {
        if (request.Names.Count > MaxBatchGet) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"At most {MaxBatchGet} records can be read at once, not {request.Names.Count}.");
        await gate.WaitAsync(request.Require, context.CancellationToken);
        using var guard = node.Database.Enter();
        gate.ThrowUnlessFulfilled(request.Require, guard.State);
        var response = new BatchGetResponse { Stamp = gate.Stamp(guard.State) };
        var (meter, bytes) = (CallMeter.Of(context), 0L);
        foreach (var name in request.Names)
        {
            var record = (guard.Records(name.Collection) ?? throw Unknown(name.Collection, guard.State)).Find(name.Key.Span);
            bytes += record.Exists ? record.Value.Length : 0;
            if (bytes > Math.Max(MaxBatchGetBytes, node.Options.MaxValueBytes))
                throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The records are together larger than {Math.Max(MaxBatchGetBytes, node.Options.MaxValueBytes)} bytes. Read fewer at once.");
            meter.SetAnswer(bytes);
            var item = new BatchGetResponse.Types.Item { Found = record.Exists };
            if (record.Exists) (item.Value, item.Written) = (ByteString.CopyFrom(record.Value), guard.State.PositionOf(record.Index).ToMessage());
            response.Items.Add(item);
        }
        return response;
    }

    public override async Task Scan(ScanRequest request, IServerStreamWriter<ScanResponse> responseStream, ServerCallContext context)
    {
        using var opened = await gate.OpenAsync(request.Require, $"scan of {request.Collection} for {context.Peer}", context.CancellationToken);
        var view = opened.View;
        var records = view.Records(request.Collection) ?? throw Unknown(request.Collection, view.State);
        await SendAsync(view, () => new ScanWalk(records, request), request.Limit, responseStream, context);
    }

    public override async Task Query(QueryRequest request, IServerStreamWriter<ScanResponse> responseStream, ServerCallContext context)
    {
        var bounds = request.ToBounds();
        using var opened = await gate.OpenAsync(request.Require, $"query of {request.Collection} for {context.Peer}", context.CancellationToken);
        var view = opened.View;
        var state = view.State;
        if (!state.Collections.TryGetValue(request.Collection, out var collection)) throw Unknown(request.Collection, state);
        var index = collection.ReadyIndex(request.Index, state);
        await SendAsync(view, () => new QueryWalk(new IndexQuery(view, collection, index, bounds, request.Continuation.Span)), request.Limit, responseStream, context);
    }

    public override async Task<ListIndexesResponse> ListIndexes(ListIndexesRequest request, ServerCallContext context)
    {
        var state = await gate.StateAsync(request.Require, context.CancellationToken);
        if (request.Collection.Length > 0 && !state.Collections.ContainsKey(request.Collection)) throw Unknown(request.Collection, state);
        var response = new ListIndexesResponse { Stamp = gate.Stamp(state) };
        foreach (var collection in state.Collections.Values)
            if (request.Collection.Length == 0 || request.Collection == collection.Name)
                response.Indexes.AddRange(collection.Indexes.Select(index => index.ToMessage(collection)));
        return response;
    }

    public override async Task<ListCollectionsResponse> ListCollections(ListCollectionsRequest request, ServerCallContext context)
    {
        var state = await gate.StateAsync(request.Require, context.CancellationToken);
        var response = new ListCollectionsResponse { Stamp = gate.Stamp(state) };
        response.Collections.AddRange(state.Collections.Values.Select(collection => new Protos.V1.Collection
        {
            Name = collection.Name,
            Kind = (Protos.V1.CollectionKind)collection.Kind,
            Records = (ulong)collection.Count,
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

    // The view may be closed because the reader takes too long, so that each look is announced.
    private async Task SendAsync(ReadView view, Func<IRecordWalk> begin, ulong limit, IServerStreamWriter<ScanResponse> responses, ServerCallContext context)
    {
        var meter = CallMeter.Of(context);
        RecordPages pages;
        using (ReadGate.Enter(view)) pages = new RecordPages(begin(), limit);
        bool more;
        do
        {
            var page = new ScanResponse { Stamp = gate.Stamp(view.State) };
            gate.ThrowIfTakenBack(view.State);
            using (ReadGate.Enter(view)) more = pages.Next(page, index => view.State.PositionOf(index).ToMessage());
            meter.SetAnswer(page.CalculateSize());
            await responses.WriteAsync(page, context.CancellationToken);
        }
        while (more);
    }

    private static RpcException Unknown(string collection, DatabaseState state) =>
        Errors.Failure(Error.Types.Code.UnknownCollection, $"There is no collection '{(collection.Length <= 80 ? collection : collection[..80])}' at {state.Position}. The first put creates one.");

    private void ThrowUnlessPrimary()
    {
        if (node.Role != Roles.NodeRole.Primary) throw Errors.Failure(Errors.NotPrimary(node.PrimaryAddress));
        if (node.Commits is null) throw Errors.Failure(Error.Types.Code.Loading, "This node is starting. Try again after a moment.");
    }
}
