using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Replication.Core.Following;
using Replication.Node.Reporting;

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
    }

    private static IResult Ready(HttpContext context)
    {
        var reason = context.RequestServices.GetRequiredService<StatusReporter>().NotReadyReason();
        return reason is null ? Results.Text("ready\n") : Results.Text(reason + "\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static IResult Status(HttpContext context)
    {
        var reporter = context.RequestServices.GetRequiredService<StatusReporter>();
        return context.RequestServices.GetRequiredService<ReplicationNode>().IsStarted
            ? Results.Json<NodeStatus>(reporter.Report(), StatusJson)
            : Results.Text("The node is starting.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
