using Google.Protobuf;
using Replication.Protos.V1;

namespace Replication.Client.Commits;

/// <summary>
/// Commits under a name: when the answer is lost the same request is sent again under the same name, until the node says what
/// became of it, the caller's time is over, or it was sent often enough.
/// </summary>
/// <param name="send">Sends a request once, within a time.</param>
/// <param name="known">What the client has been told of so far.</param>
/// <param name="options">Checked.</param>
internal sealed class NamedCommits(
    Func<CommitRequest, TimeSpan, CancellationToken, Task<CommitResponse>> send, KnownPosition known, ReplicationClientOptions options)
{
    private readonly CommitRetries _retries = options.Retries;
    private readonly TimeProvider _time = options.TimeProvider;

    /// <summary>Commits a transaction. It is sent for the first time before this returns.</summary>
    internal async Task<CommitResponse> CommitAsync(CommitRequest transaction, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        var request = Named(transaction);
        var attempts = _retries.AreOn && !request.RequestId.IsEmpty ? _retries.MaxAttempts : 1;
        var delay = _retries.FirstDelay;
        CommitUnknownException? lost = null;
        CommitForgottenException? forgot = null;
        for (var attempt = 1; ; attempt++)
        {
            var left = attempt == 1 ? options.Timeout : options.Timeout - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) throw lost ?? (Exception)forgot!;
            try
            {
                var response = await send(request, left, cancellation);
                if (response.Committed is { } committed) known.Learn(LogPosition.From(committed.Position));
                return response;
            }
            catch (CommitForgottenException forgotten) when (lost is null && attempt < attempts && transaction.FirstSentAfter is null)
            {
                // It was never sent before, so it was not executed: what was known is too old, or of a history that was lost.
                forgot = forgotten;
                known.Replace(forgotten.Newest);
                request = Copy(request, forgotten.Newest);
                continue;
            }
            catch (CommitUnknownException unknown)
            {
                lost ??= unknown;
            }
            catch (ObjectDisposedException) when (lost is not null)
            {
                throw lost; // The client was closed meanwhile.
            }
            catch (ReplicationException failure) when (lost is not null && SaysNothing(failure))
            {
                // Refused before it was looked up, or not sent: what became of the first one is as unknown as before.
            }
            if (attempt >= attempts || _time.GetElapsedTime(began) + delay >= options.Timeout) throw lost;
            await Task.Delay(delay, _time, cancellation);
            delay = delay * 2 < _retries.LongestDelay ? delay * 2 : _retries.LongestDelay;
            if (request.FirstSentAfter is null) request = Copy(request, default);
        }
    }

    // Rejections that a node decides when it has looked whether it knows the request, and the answer that it has forgotten it.
    private static bool SaysNothing(ReplicationException failure) => failure.Code is not (
        ReplicationErrorCode.UnknownCollection or ReplicationErrorCode.CollectionExists or ReplicationErrorCode.InvalidJson or ReplicationErrorCode.UnknownIndex
        or ReplicationErrorCode.IndexExists or ReplicationErrorCode.Forgotten);

    // A copy: the application may commit the same transaction once more, and means another request then.
    private CommitRequest Named(CommitRequest transaction)
    {
        if (!_retries.AreOn) return transaction;
        if (!transaction.RequestId.IsEmpty) return transaction.FirstSentAfter is null && known.Value is { } position ? Copy(transaction, position) : transaction;
        var named = new CommitRequest { RequestId = UnsafeByteOperations.UnsafeWrap(_retries.NewRequestId()), FirstSentAfter = known.Value?.ToMessage() };
        named.Operations.Add(transaction.Operations);
        return named;
    }

    private static CommitRequest Copy(CommitRequest request, LogPosition firstSentAfter)
    {
        var copy = new CommitRequest { RequestId = request.RequestId, FirstSentAfter = firstSentAfter.ToMessage() };
        copy.Operations.Add(request.Operations);
        return copy;
    }
}
