using Grpc.AspNetCore.Server;
using Grpc.Core;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Replication.Node.Options;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services.Limits;

/// <summary>
/// Every gRPC call comes through here. So many are served at a time, operators' calls apart from all others, so that a node can be
/// looked after however many there are; what they hold of memory is counted, and whoever does not send his request or does not take his answer is not
/// waited for.
/// </summary>
internal sealed class CallGate(NodeOptions options, TimeProvider time)
{
    /// <summary>Calls of operators, health and reflection at the same time, beside <see cref="NodeOptions.MaxCalls"/>.</summary>
    public const int MaxOperatorCalls = 1024;

    private readonly CallMemory _memory = new(options.EffectiveMaxCallMemoryBytes);
    private int _calls;
    private int _operatorCalls;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var isOperators = !(context.Request.Path.StartsWithSegments("/" + Store.Descriptor.FullName, StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/" + Feed.Descriptor.FullName, StringComparison.Ordinal));
        var entered = isOperators ? Interlocked.Increment(ref _operatorCalls) <= MaxOperatorCalls : Interlocked.Increment(ref _calls) <= options.MaxCalls;
        try
        {
            if (entered) await ServeAsync(context, next);
            else Refuse(context.Response, isOperators ? MaxOperatorCalls : options.MaxCalls);
        }
        finally
        {
            if (isOperators) Interlocked.Decrement(ref _operatorCalls);
            else Interlocked.Decrement(ref _calls);
        }
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        using var meter = new CallMeter(_memory);
        var type = context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.Type;
        var isStream = type is MethodType.DuplexStreaming or MethodType.ClientStreaming;
        context.Features.Set(meter);
        context.Features.Set<IRequestBodyPipeFeature>(new BodyFeature(new RequestBody(context.Request.BodyReader, meter, isStream, options.RequestTimeout, time)));
        if (type is MethodType.DuplexStreaming or MethodType.ServerStreaming)
        {
            await next(context); // Each of its answers is waited for by itself.
            return;
        }
        ITimer? waiting = null;
        var isOver = false;
        context.Response.OnStarting(() =>
        {
            // A refusal starts when its call is over: nobody would end the timer, and it must not reach for a call that is gone.
            if (!isOver) waiting = time.CreateTimer(static call => ((HttpContext)call!).Abort(), context, options.AnswerTimeout, Timeout.InfiniteTimeSpan);
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
            // A refusal is headers alone, and has to end with them: some clients take an answer that goes on behind its status for a broken one.
            if (context.Response.HasStarted) await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            isOver = true;
            if (waiting is not null) await waiting.DisposeAsync();
        }
    }

    private static void Refuse(HttpResponse response, int limit)
    {
        var error = new Error { Code = Error.Types.Code.Busy, Message = $"This node serves {limit} calls already (Replication:MaxCalls). Try again after a moment." };
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)StatusCode.ResourceExhausted).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = error.Message;
        response.Headers[Errors.Trailer] = Convert.ToBase64String(error.ToByteArray());
    }

    private sealed record BodyFeature(System.IO.Pipelines.PipeReader Reader) : IRequestBodyPipeFeature;
}
