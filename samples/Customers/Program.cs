using Replication.Core.Transactions;
using Replication.Node;
using Replication.Node.Embedding;

var builder = WebApplication.CreateBuilder(args);
builder.AddReplicationNode();

var app = builder.Build();
app.MapReplicationNode();
app.MapGet("/customers/{id}", (string id, IDatabase db) => db.Get<Customer>("customers", id) is { } customer ? Results.Ok(customer) : Results.NotFound());
app.MapPut("/customers/{id}", async (string id, Customer customer, IDatabase db) =>
    await db.CommitAsync(tx => tx.Put("customers", id, customer)) is CommitOutcome.Committed done
        ? Results.Ok(done.Position.ToString())
        : Results.Conflict());
app.Run();

internal sealed record Customer(string Name, string Country);
