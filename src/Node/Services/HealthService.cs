using Grpc.Core;
using Replication.Node.Reporting;
using Replication.Protos.Health.V1;

namespace Replication.Node.Services;

/// <summary>The standard health service: the node and each of its services are serving while the node is ready.</summary>
internal sealed class HealthService(ReplicationNode node, StatusReporter reporter, TimeProvider time) : Health.HealthBase
{
    private const int MostShown = 80;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        IsKnown(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = Status() })
            : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{(request.Service.Length <= MostShown ? request.Service : request.Service[..MostShown])}' here."));

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        HealthCheckResponse.Types.ServingStatus? last = null;
        using var lasting = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        using var timer = new PeriodicTimer(WatchInterval, time);
        do
        {
            var status = IsKnown(request.Service) ? Status() : HealthCheckResponse.Types.ServingStatus.ServiceUnknown;
            if (status != last) await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken);
            last = status;
        }
        while (await TickAsync(timer, lasting.Token));
    }

    // False when the watch is to end: the watcher left or the node stops.
    private static async ValueTask<bool> TickAsync(PeriodicTimer timer, CancellationToken lasting)
    {
        try
        {
            return await timer.WaitForNextTickAsync(lasting);
        }
        catch (OperationCanceledException) when (lasting.IsCancellationRequested)
        {
            return false;
        }
    }

    private static bool IsKnown(string service) => service.Length == 0 || ReflectionService.Services.Any(descriptor => descriptor.FullName == service);

    private HealthCheckResponse.Types.ServingStatus Status() =>
        reporter.NotReadyReason() is null ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing;
}
