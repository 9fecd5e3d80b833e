using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Replication.Core.Transactions;
using Replication.Node;
using Replication.Node.Embedding;

namespace Replication.Testing.Tests.Example;

public static class CustomersApplication
{
    public static WebApplication Create(WebApplicationBuilder builder)
    {
        builder.AddReplicationNode();
        var app = builder.Build();
        app.MapReplicationNode();
        app.MapGet("/customers/{id}", (string id, IDatabase db) =>
            db.Get<Customer>("customers", id) is { } customer ? Results.Ok(customer) : Results.NotFound());
        app.MapPut("/customers/{id}", async (string id, Customer customer, IDatabase db, CancellationToken cancellation) =>
            await db.CommitAsync(tx => tx.Put("customers", id, customer), cancellation) is CommitOutcome.Committed done
                ? Results.Ok(done.Position.ToString())
                : Results.Conflict());
        return app;
    }
}
