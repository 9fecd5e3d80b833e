using Grpc.Core;
using Replication.Client.Calls;
using Replication.Protos.V1;

namespace Replication.Client.Commits;

/// <summary>One stream to the node, from its opening to its end: sends what is queued, hands out what is answered.</summary>
internal sealed class CommitSession(Store.StoreClient store, CommitQueue queue, Failures failures)
{
    private bool _answered;

    /// <summary>Returns when the stream has ended; everything that was sent has its answer or its failure then.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = store.CommitStream(cancellationToken: cancellation);
        var reading = ReadAsync(call.ResponseStream, ending);
        var writeFailure = await WriteAsync(call.RequestStream, ending.Token);
        if (writeFailure is not null) call.Dispose();
        var readFailure = await reading;
        queue.FailSent(() => failures.OfStream(Telling(readFailure) ?? writeFailure ?? readFailure, _answered));
    }

    private async Task<Exception?> ReadAsync(IAsyncStreamReader<CommitStreamResponse> responses, CancellationTokenSource ending)
    {
        try
        {
            // Not the token of the session: a stream that is ending still has answers.
            while (await responses.MoveNext(CancellationToken.None))
            {
                _answered = true;
                foreach (var item in responses.Current.Items) queue.Complete(item);
            }
            return null;
        }
        catch (Exception failure) when (failure is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            return failure;
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private async Task<Exception?> WriteAsync(IClientStreamWriter<CommitStreamRequest> requests, CancellationToken ending)
    {
        var message = new CommitStreamRequest();
        try
        {
            while (!ending.IsCancellationRequested)
            {
                if (queue.Take(message)) await requests.WriteAsync(message, ending);
                else if (queue.IsFinished) break;
                else await queue.WaitForChangeAsync(ending);
            }
            if (!ending.IsCancellationRequested) await requests.CompleteAsync();
            return null;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return null; // The reader knows why.
        }
        catch (Exception failure) when (failure is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            return failure;
        }
    }

    // When a write failed, the reading end knows the call's status, unless it only saw the call being given up.
    private static RpcException? Telling(Exception? failure) => failure is RpcException { StatusCode: not StatusCode.Cancelled } telling ? telling : null;
}
