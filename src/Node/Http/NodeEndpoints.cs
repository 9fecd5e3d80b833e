using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Replication.Core.Following;
using Replication.Node.Reporting;
using Replication.Node.Reporting.Metrics;

namespace Replication.Node.Http;

/// <summary>The HTTP surface of a node.</summary>
internal static class NodeEndpoints
{
    private static readonly JsonSerializerOptions StatusJson = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(), new PositionJsonConverter(), new HistoryJsonConverter(), new NodeIdJsonConverter() },
    };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => Results.Text("live\n"));
        endpoints.MapGet("/health/ready", Ready);
        endpoints.MapGet("/v1/status", Status);
        // An application that serves metrics of its own there goes first; it can export this node's meter as well.
        endpoints.MapGet("/metrics", Metrics).WithOrder(1);
    }

    private static IResult Ready(HttpContext context)
    {
        var reason = context.RequestServices.GetRequiredService<StatusReporter>().NotReadyReason();
        return reason is null ? Results.Text("ready\n") : Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Status(HttpContext context) => Answer(context, static (status, _) => Results.Json<NodeStatus>(status, StatusJson));

    private static IResult Metrics(HttpContext context) =>
        Answer(context, static (status, services) => Results.Text(services.GetRequiredService<MetricsPage>().Render(status), PrometheusText.ContentType));

    private static IResult Answer(HttpContext context, Func<NodeStatus, IServiceProvider, IResult> render)
    {
        var node = context.RequestServices.GetRequiredService<ReplicationNode>();
        return node.IsStarted
            ? render(context.RequestServices.GetRequiredService<StatusReporter>().Report(), context.RequestServices)
            : Results.Text(node.StartingReason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
