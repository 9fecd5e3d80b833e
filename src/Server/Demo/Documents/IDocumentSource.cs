namespace Replication.Server.Demo.Documents;

/// <summary>Real documents that this machine has.</summary>
internal interface IDocumentSource
{
    /// <summary>What they are, for people.</summary>
    string Description { get; }

    /// <summary>The collection they go to.</summary>
    string Collection { get; }

    /// <summary>The key of one of them, to try.</summary>
    string ExampleKey { get; }

    /// <summary>The beginning of the keys of several of them, to try.</summary>
    string ExamplePrefix { get; }

    /// <summary>How much of it has been read, 0 to 1.</summary>
    double Fraction { get; }

    /// <summary>The documents, in the same order each time. To be read once.</summary>
    IEnumerable<Document> Read();
}
